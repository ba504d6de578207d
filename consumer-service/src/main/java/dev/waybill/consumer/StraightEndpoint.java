package dev.waybill.consumer;

import org.springframework.amqp.core.AcknowledgeMode;
import org.springframework.amqp.rabbit.config.SimpleRabbitListenerEndpoint;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.core.MessageListenerContainer;
import org.springframework.amqp.rabbit.listener.api.ChannelAwareMessageListener;

/**
 * Decides that deliveries go straight to their listener, as the broker sent them: an
 * annotated method would have each converted to a {@code messaging.Message} with mapped
 * headers, called by reflection, and timed once more.
 */
final class StraightEndpoint extends SimpleRabbitListenerEndpoint {

	StraightEndpoint(String id, String queue, ChannelAwareMessageListener listener) {
		setId(id);
		setQueueNames(queue);
		setMessageListener(listener);
		setAckMode(AcknowledgeMode.MANUAL);
		setAutoStartup(false);
	}

	@Override
	public void setupListenerContainer(MessageListenerContainer container) {
		super.setupListenerContainer(container);
		if (container instanceof DirectMessageListenerContainer direct) {
			direct.setMicrometerEnabled(false);
		}
	}

}
