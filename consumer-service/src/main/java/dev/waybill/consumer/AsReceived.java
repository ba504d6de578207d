package dev.waybill.consumer;

import java.util.Map;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import org.jspecify.annotations.Nullable;

import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.support.MessagePropertiesConverter;
import org.springframework.amqp.support.AmqpHeaderMapper;
import org.springframework.messaging.MessageHeaders;

/**
 * Leaves the properties of a message as the broker sent them, since the stock converter
 * and header mapper throw on some that foreign programs may send, such as delivery mode
 * 77 or a number in the header {@code replyChannel}, and a listener cannot settle what it
 * is never handed; nor does it map headers that nobody here reads, which a profile of a
 * drain showed as most of what the delivering thread did.
 */
final class AsReceived implements MessagePropertiesConverter, AmqpHeaderMapper {

	private static final MessageHeaders NONE = new MessageHeaders(Map.of());

	@Override
	public MessageProperties toMessageProperties(BasicProperties source, @Nullable Envelope envelope, String charset) {
		Properties properties = new Properties(source);
		if (envelope != null) {
			properties.setDeliveryTag(envelope.getDeliveryTag());
			properties.setRedelivered(envelope.isRedeliver());
		}
		return properties;
	}

	@Override
	public BasicProperties fromMessageProperties(MessageProperties source, String charset) {
		throw new UnsupportedOperationException("nothing is published with these");
	}

	@Override
	public MessageHeaders toHeaders(MessageProperties source) {
		return NONE;
	}

	@Override
	public void fromHeaders(MessageHeaders headers, MessageProperties target) {
		throw new UnsupportedOperationException("nothing is published with these");
	}

	/** Carries the AMQP properties past the framework. */
	static final class Properties extends MessageProperties {

		private static final long serialVersionUID = 1L;

		private final transient BasicProperties amqp;

		Properties(BasicProperties amqp) {
			this.amqp = amqp;
		}

		BasicProperties amqp() {
			return this.amqp;
		}

	}

}
