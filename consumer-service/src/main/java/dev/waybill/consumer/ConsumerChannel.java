package dev.waybill.consumer;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.AMQChannel;
import com.rabbitmq.client.impl.Method;
import dev.waybill.contract.SequenceRuns;
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

	/** Under this object's lock, as the next two. */
	private final SequenceRuns settled = new SequenceRuns();

	private boolean seen;

	private boolean handedBack;

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

	/** Notes a delivery; the first one shows where its tags begin. */
	synchronized void arrived(long tag) {
		if (this.settled.isEmpty() && !this.seen && tag > 1) {
			this.settled.add(1, tag - 1);
		}
		this.seen = true;
	}

	/**
	 * Settles one delivery. Nothing overtakes it here, so that all that is noted as
	 * settled has been written; the connection is one that publishes nothing, which no
	 * alarm blocks.
	 * @return false where it has been handed back with all
	 */
	synchronized boolean settle(long tag, Settlement how) throws IOException {
		if (this.handedBack) {
			return false;
		}
		how.send(this.channel, tag);
		this.settled.add(tag);
		return true;
	}

	/**
	 * Acks deliveries: together up to the highest below which all is settled, those
	 * beyond one by one.
	 * @return false where they have been handed back with all
	 */
	synchronized boolean ack(List<Long> tags) throws IOException {
		if (this.handedBack) {
			return false;
		}
		tags.forEach(this.settled::add);
		long unsettled = this.settled.firstMissing();
		long highest = tags.stream().mapToLong(Long::longValue).filter((tag) -> tag < unsettled).max().orElse(0);
		if (highest > 0) {
			this.channel.basicAck(highest, true);
		}
		for (long tag : tags) {
			if (tag > unsettled) {
				this.channel.basicAck(tag, false);
			}
		}
		return true;
	}

	/** Hands back all that is unsettled here; false where the channel is gone. */
	synchronized boolean handBackAll() {
		try {
			this.handedBack = true;
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
