package dev.waybill.producer;

import java.util.HashMap;
import java.util.Map;

import com.rabbitmq.client.AMQP.BasicProperties;

import org.springframework.amqp.core.MessageDeliveryMode;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.connection.PublisherCallbackChannel;
import org.springframework.amqp.rabbit.support.DefaultMessagePropertiesConverter;

/**
 * Decides what of a message's properties goes on the wire: the contract's, and nothing by
 * which the template would find its return callback, since a lane hears returns itself.
 */
final class WaybillPropertiesConverter extends DefaultMessagePropertiesConverter {

	private static final int PERSISTENT = MessageDeliveryMode.toInt(MessageDeliveryMode.PERSISTENT);

	@Override
	public BasicProperties fromMessageProperties(MessageProperties source, String charset) {
		Map<String, Object> headers = new HashMap<>(source.getHeaders());
		headers.remove(PublisherCallbackChannel.RETURN_LISTENER_CORRELATION_KEY);
		String contentType = source.getContentType();
		return new BasicProperties.Builder().messageId(source.getMessageId())
			.contentType((contentType != null && !contentType.isEmpty()) ? contentType : null)
			.contentEncoding(source.getContentEncoding())
			.deliveryMode(PERSISTENT)
			.appId(source.getAppId())
			.timestamp(source.getTimestamp())
			.headers(headers)
			.build();
	}

}
