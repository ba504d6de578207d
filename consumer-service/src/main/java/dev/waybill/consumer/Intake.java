package dev.waybill.consumer;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;

import com.rabbitmq.client.Channel;
import dev.waybill.contract.Waybill;

import org.springframework.amqp.core.Message;

/**
 * Decides of each arriving delivery whether it is worked on or handed back.
 */
final class Intake {

	private final Map<Channel, ConsumerChannel> channels = new ConcurrentHashMap<>();

	private final BlockingQueue<Delivery> work = new LinkedBlockingQueue<>();

	private final AtomicReference<Delivery> trial = new AtomicReference<>();

	private final InHand inHand;

	private final InHandBytes bytes;

	private final RetryDelay retryDelay;

	private final ReceiptsBook receipts;

	private final Markers markers;

	private volatile Mode mode = Mode.CLOSED;

	private volatile HandedBack handedBack = HandedBack.NOTHING;

	Intake(InHand inHand, InHandBytes bytes, RetryDelay retryDelay, ReceiptsBook receipts, Markers markers) {
		this.receipts = receipts;
		this.markers = markers;
		this.inHand = inHand;
		this.bytes = bytes;
		this.retryDelay = retryDelay;
	}

	/** Takes a delivery in hand as it arrives. */
	void arrived(Channel channel, Message message) {
		this.bytes.handedOn();
		ConsumerChannel from = subscribed(channel, String.valueOf(message.getMessageProperties().getConsumerTag()));
		Delivery delivery = new Delivery(from, message);
		from.arrived(delivery.tag());
		Long marker = delivery.marker();
		if (marker != null) {
			this.markers.pass(delivery, marker);
			return;
		}
		this.inHand.take(delivery);
		this.retryDelay.arrived(delivery);
		if (this.mode == Mode.OPEN) {
			admit(delivery);
		}
		else if (this.mode == Mode.TRIAL && this.trial.compareAndSet(null, delivery)) {
			from.cancel();
			admit(delivery);
		}
		else {
			from.cancel();
			this.inHand.hold(delivery);
		}
		if (this.mode == Mode.CLOSED) {
			late(delivery);
		}
	}

	/**
	 * What comes again may be what kills its consumers, so it is named before it can.
	 */
	private void admit(Delivery delivery) {
		Waybill waybill = delivery.waybill();
		if (delivery.redelivered() && waybill != null) {
			this.receipts.name(delivery, waybill, () -> this.work.add(delivery));
		}
		else {
			this.work.add(delivery);
		}
	}

	private void late(Delivery delivery) {
		this.inHand.hold(delivery);
		if (this.handedBack == HandedBack.ALL) {
			this.inHand.handedBackWithAll(delivery);
		}
		else if (this.handedBack == HandedBack.EACH) {
			this.inHand.handBackEach();
		}
	}

	/** Notes a subscription, from its start or its first delivery. */
	ConsumerChannel subscribed(Channel channel, String consumerTag) {
		Channel raw = ConsumerChannel.raw(channel);
		ConsumerChannel known = this.channels.get(raw);
		if (known != null) {
			return known;
		}
		ConsumerChannel fresh = new ConsumerChannel(raw, consumerTag);
		ConsumerChannel other = this.channels.putIfAbsent(raw, fresh);
		if (other != null) {
			return other;
		}
		raw.addShutdownListener((cause) -> {
			this.channels.remove(raw);
			this.inHand.settleAll((delivery) -> delivery.channel() == fresh, Settlement.ABANDONED);
			forgetSettled();
		});
		return fresh;
	}

	/** Begins to take deliveries: all, or one for a trial. */
	void open(Mode how) {
		this.trial.set(null);
		this.retryDelay.inTime();
		this.handedBack = HandedBack.NOTHING;
		this.bytes.mind();
		this.mode = how;
	}

	/** Ends all subscriptions and keeps from work what has not begun, now and later. */
	void close() {
		this.handedBack = HandedBack.NOTHING;
		this.mode = Mode.CLOSED;
		this.channels.values().forEach(ConsumerChannel::cancel);
		this.inHand.holdUnbegun();
		forgetSettled();
		this.retryDelay.atOnce();
	}

	/** Or they would keep their bodies until a worker has the time to pass them over. */
	private void forgetSettled() {
		this.work.removeIf(Delivery::isSettled);
	}

	/** After {@link #close()}, while attempts run: hands back what has not begun. */
	void handBackUnbegun() {
		this.handedBack = HandedBack.EACH;
		this.bytes.letThrough();
		this.inHand.handBackEach();
	}

	/** After {@link #close()}, when no attempt runs: hands back whatever is left. */
	void handBackAll() {
		this.handedBack = HandedBack.ALL;
		this.bytes.letThrough();
		this.channels.values().forEach(this.inHand::handBackAll);
	}

	/** Closes every channel, so that everything on it returns to the queue. */
	void abort() {
		this.channels.values().forEach(ConsumerChannel::abort);
	}

	boolean isConsuming() {
		return this.mode != Mode.CLOSED && this.channels.values().stream().anyMatch(ConsumerChannel::isConsuming);
	}

	boolean isTrial(Delivery delivery) {
		return this.trial.get() == delivery;
	}

	Delivery next() throws InterruptedException {
		return this.work.take();
	}

	/** Puts back to work what has waited for another. */
	void again(Delivery delivery) {
		this.work.add(delivery);
	}

	/** What is taken. */
	enum Mode {

		/** Everything. */
		OPEN,

		/** One delivery. */
		TRIAL,

		/** Nothing. */
		CLOSED

	}

	/** What was handed back since the intake closed. */
	private enum HandedBack {

		NOTHING, EACH, ALL

	}

}
