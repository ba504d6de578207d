package dev.waybill.consumer;

import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.support.converter.MessageConverter;

/**
 * Converts nothing, so that no content type or encoding can make a delivery fail before
 * the listener has it.
 */
final class UntouchedBody implements MessageConverter {

	@Override
	public Object fromMessage(Message message) {
		return message.getBody();
	}

	@Override
	public Message toMessage(Object object, MessageProperties messageProperties) {
		throw new UnsupportedOperationException("nothing is published with this");
	}

}
