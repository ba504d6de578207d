package dev.waybill.consumer;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.waybill.contract.About;
import dev.waybill.contract.ContentDigest;
import dev.waybill.contract.Marker;
import dev.waybill.contract.Traceparent;
import dev.waybill.contract.Waybill;
import org.jspecify.annotations.Nullable;

import org.springframework.amqp.core.Message;

/** One delivery, and how far it has come: each step is taken by one thread only. */
final class Delivery {

	private final AtomicReference<State> state = new AtomicReference<>(State.HELD);

	private final ConsumerChannel channel;

	private final long tag;

	private final boolean redelivered;

	private final BasicProperties properties;

	private final byte[] body;

	private final @Nullable Waybill waybill;

	private final long receivedAt = Clocks.micros();

	private @Nullable ContentDigest digest;

	private volatile long namedAt = System.nanoTime();

	Delivery(ConsumerChannel channel, Message message) {
		AsReceived.Properties received = (AsReceived.Properties) message.getMessageProperties();
		this.channel = channel;
		this.tag = received.getDeliveryTag();
		this.redelivered = Boolean.TRUE.equals(received.getRedelivered());
		this.properties = received.amqp();
		this.body = message.getBody();
		this.waybill = Waybill.of(this.properties.getAppId(), this.properties.getHeaders());
	}

	ConsumerChannel channel() {
		return this.channel;
	}

	long tag() {
		return this.tag;
	}

	boolean redelivered() {
		return this.redelivered;
	}

	BasicProperties properties() {
		return this.properties;
	}

	byte[] body() {
		return this.body;
	}

	@Nullable Waybill waybill() {
		return this.waybill;
	}

	/** The number of the marker that this is, or null where it is a message. */
	@Nullable Long marker() {
		return Marker.numberOf(this.properties.getAppId(), this.properties.getHeaders(), this.body);
	}

	/** Notes that its producer is told that it is in hand. */
	void named() {
		this.namedAt = System.nanoTime();
	}

	/** How long ago its producer was told, or else it arrived. */
	long nanosSinceNamed() {
		return System.nanoTime() - this.namedAt;
	}

	/** Microseconds since the epoch by this machine's clock. */
	long receivedAt() {
		return this.receivedAt;
	}

	@Nullable Object header(String name) {
		Map<String, Object> headers = this.properties.getHeaders();
		return (headers != null) ? headers.get(name) : null;
	}

	synchronized ContentDigest digest() {
		if (this.digest == null) {
			this.digest = ContentDigest.of(this.properties.getContentType(), this.body);
		}
		return this.digest;
	}

	/**
	 * The same for each delivery of one message; and for two messages only where they are
	 * equal in content and id, or have none.
	 */
	String fingerprint() {
		return this.properties.getMessageId() + "/" + digest();
	}

	/** Takes it for processing; false where it has been settled meanwhile. */
	boolean begin() {
		return this.state.compareAndSet(State.HELD, State.BEGUN);
	}

	/** Takes it for settling; false where somebody else has. */
	boolean settle() {
		return this.state.getAndSet(State.SETTLED) != State.SETTLED;
	}

	/** Takes it for settling unless its processing has begun. */
	boolean settleUnbegun() {
		return this.state.compareAndSet(State.HELD, State.SETTLED);
	}

	boolean isSettled() {
		return this.state.get() == State.SETTLED;
	}

	/** What a line of log says of it. */
	About about() {
		Traceparent traceparent = Traceparent.of(header(Traceparent.HEADER));
		return new About(this.properties.getMessageId(), (this.waybill != null) ? this.waybill.source() : null,
				(this.waybill != null) ? this.waybill.sequence() : null,
				(traceparent != null) ? traceparent.traceId() : null);
	}

	@Override
	public String toString() {
		return "message " + this.properties.getMessageId() + " (delivery " + this.tag + ")";
	}

	private enum State {

		HELD, BEGUN, SETTLED

	}

}
