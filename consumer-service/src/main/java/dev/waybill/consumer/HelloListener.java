package dev.waybill.consumer;

import java.util.Objects;

import com.rabbitmq.client.Channel;
import org.jspecify.annotations.Nullable;

import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.listener.api.ChannelAwareMessageListener;

/** Takes each delivery in hand as it arrives, and leaves the work to the workers. */
final class HelloListener implements ChannelAwareMessageListener {

	static final String ID = "hello";

	private final Intake intake;

	HelloListener(Intake intake) {
		this.intake = intake;
	}

	@Override
	public void onMessage(Message message, @Nullable Channel channel) {
		this.intake.arrived(Objects.requireNonNull(channel), message);
	}

}
