package dev.waybill.consumer;

import com.rabbitmq.client.Channel;

import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.annotation.RabbitListener;

/** Takes each delivery in hand as it arrives, and leaves the work to the workers. */
final class HelloListener {

	static final String ID = "hello";

	private final Intake intake;

	HelloListener(Intake intake) {
		this.intake = intake;
	}

	@RabbitListener(id = ID, queues = "${waybill.queue.name:hello}", ackMode = "MANUAL",
			messageConverter = "waybillUntouchedBody", autoStartup = "false")
	void take(Message message, Channel channel) {
		this.intake.arrived(channel, message);
	}

}
