package dev.waybill.consumer;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.AMQChannel;
import com.rabbitmq.client.impl.Method;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.amqp.rabbit.connection.ChannelProxy;
import org.springframework.amqp.rabbit.connection.PublisherCallbackChannelImpl;

/**
 * One subscription: the channel that its delivery tags belong to, never the framework's
 * proxy, which would open another one unseen.
 */
final class ConsumerChannel {

	private static final Logger logger = LoggerFactory.getLogger(ConsumerChannel.class);

	private final Channel channel;

	private final String consumerTag;

	private final AtomicBoolean cancelled = new AtomicBoolean();

	ConsumerChannel(Channel channel, String consumerTag) {
		this.channel = channel;
		this.consumerTag = consumerTag;
	}

	/** The channel behind the framework's wrappers. */
	static Channel raw(Channel channel) {
		Channel raw = channel;
		if (raw instanceof ChannelProxy proxy) {
			raw = proxy.getTargetChannel();
		}
		if (raw instanceof PublisherCallbackChannelImpl callback) {
			raw = callback.getDelegate();
		}
		return raw;
	}

	Channel channel() {
		return this.channel;
	}

	boolean isConsuming() {
		return isOpen() && !this.cancelled.get();
	}

	boolean isOpen() {
		return this.channel.isOpen();
	}

	/**
	 * Ends the subscription and not the channel, without waiting: what is handed back
	 * after this on the same channel cannot come to us again.
	 */
	void cancel() {
		try {
			if (this.channel instanceof AMQChannel wire && this.cancelled.compareAndSet(false, true)) {
				wire.transmit(
						(Method) new AMQP.Basic.Cancel.Builder().consumerTag(this.consumerTag).nowait(true).build());
			}
		}
		catch (IOException | ShutdownSignalException ex) {
			logger.debug("Not cancelled, the channel is gone", ex);
		}
	}

	/** Hands back all that is unsettled here; false where the channel is gone. */
	boolean handBackAll() {
		try {
			this.channel.basicNack(0, true, true);
			return true;
		}
		catch (IOException | ShutdownSignalException ex) {
			logger.debug("Not handed back, the channel is gone", ex);
			return false;
		}
	}

	/** Closes the channel, so that everything unsettled on it returns to its queue. */
	void abort() {
		try {
			this.channel.abort();
		}
		catch (IOException ex) {
			logger.debug("Not closed, the channel is gone", ex);
		}
	}

}
