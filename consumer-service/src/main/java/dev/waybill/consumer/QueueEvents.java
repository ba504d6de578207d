package dev.waybill.consumer;

import com.rabbitmq.client.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.amqp.rabbit.listener.AsyncConsumerStartedEvent;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.MissingQueueEvent;
import org.springframework.context.event.EventListener;

/** Passes on what the listener containers say of their queues. */
final class QueueEvents {

	private static final Logger logger = LoggerFactory.getLogger(QueueEvents.class);

	private final Intake intake;

	private final BrokerConnection broker;

	private volatile boolean missingLogged;

	QueueEvents(Intake intake, BrokerConnection broker) {
		this.intake = intake;
		this.broker = broker;
	}

	@EventListener
	void started(AsyncConsumerStartedEvent event) {
		if (event.getSource() instanceof DirectMessageListenerContainer container
				&& HelloListener.ID.equals(container.getListenerId())
				&& event.getConsumer() instanceof DefaultConsumer consumer) {
			this.missingLogged = false;
			this.intake.subscribed(consumer.getChannel(), consumer.getConsumerTag());
		}
	}

	@EventListener
	void missing(MissingQueueEvent event) {
		if (!this.missingLogged) {
			this.missingLogged = true;
			logger.warn("Queue {} is missing; looking after the queues until it is there", event.getQueue());
		}
		this.broker.ensureQueues();
	}

}
