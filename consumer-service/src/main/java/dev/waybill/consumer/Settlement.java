package dev.waybill.consumer;

import java.io.IOException;
import java.util.Locale;

import com.rabbitmq.client.Channel;

/** How a delivery ends; the same word in logs and metrics. */
enum Settlement {

	/** {@code basic.ack}: processed, or a duplicate of what was processed. */
	ACKED((channel, tag) -> channel.basicAck(tag, false)),

	/** {@code basic.ack} after a copy of it was confirmed in the dead letters. */
	DEAD_LETTERED((channel, tag) -> channel.basicAck(tag, false)),

	/**
	 * {@code basic.reject} with requeue: it comes again, with one more attempt counted.
	 */
	REJECTED((channel, tag) -> channel.basicReject(tag, true)),

	/**
	 * {@code basic.reject} without requeue: the broker's own road to the dead letters.
	 */
	DROPPED_TO_BROKER((channel, tag) -> channel.basicReject(tag, false)),

	/** {@code basic.nack} with requeue: it comes again, and no attempt is counted. */
	HANDED_BACK((channel, tag) -> channel.basicNack(tag, false, true)),

	/** Its channel closed before it was settled: the broker delivers it again. */
	ABANDONED((channel, tag) -> {
	});

	private final Wire wire;

	Settlement(Wire wire) {
		this.wire = wire;
	}

	void send(Channel channel, long tag) throws IOException {
		this.wire.send(channel, tag);
	}

	String tag() {
		return name().toLowerCase(Locale.ROOT);
	}

	private interface Wire {

		void send(Channel channel, long tag) throws IOException;

	}

}
