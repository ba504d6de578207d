package dev.waybill.producer;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * One message on its way from the request to its outcome; decides who may publish it and
 * which word about it is the last.
 * <p>
 * Lanes, deadlines and stops compete for it: whoever moves its state first wins.
 */
final class Publication {

	private final IncomingMessage message;

	private final long acceptedAt;

	private final long startedNanos;

	private final long deadlineNanos;

	private final Listener listener;

	private final @Nullable PublishTrace trace;

	private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

	private @Nullable Copy copy;

	private volatile boolean unknownCopy;

	private volatile boolean republished;

	/**
	 * Makes a publication that waits for a lane.
	 * @param message what to publish
	 * @param acceptedAt when it was read, in microseconds since the epoch
	 * @param startedNanos the same by {@link System#nanoTime()}
	 * @param deadlineNanos when its outcome must be told, by {@link System#nanoTime()}
	 * @param unknownCopy whether an earlier attempt of the same key may be stored
	 * @param listener is told the outcome
	 * @param trace which its publishes belong to; null where there is no tracing
	 */
	Publication(IncomingMessage message, long acceptedAt, long startedNanos, long deadlineNanos, boolean unknownCopy,
			Listener listener, @Nullable PublishTrace trace) {
		this.message = message;
		this.acceptedAt = acceptedAt;
		this.startedNanos = startedNanos;
		this.deadlineNanos = deadlineNanos;
		this.unknownCopy = unknownCopy;
		this.listener = listener;
		this.trace = trace;
	}

	IncomingMessage message() {
		return this.message;
	}

	/** The body; only for the lane that claimed it, and before it may be settled. */
	byte[] body() {
		byte[] body = this.message.body();
		if (isSettled()) {
			throw new IllegalStateException("settled already, and its body let go");
		}
		return body;
	}

	long acceptedAt() {
		return this.acceptedAt;
	}

	@Nullable PublishTrace trace() {
		return this.trace;
	}

	/** It is published under this number; under the window's lock, before any outcome. */
	void published(Copy copy) {
		this.copy = copy;
	}

	/** Its last publish; null where there was none. Only for who settles it. */
	@Nullable Copy copy() {
		return this.copy;
	}

	long startedNanos() {
		return this.startedNanos;
	}

	/** Nanoseconds left until the deadline; negative when it has passed. */
	long remaining(long now) {
		return this.deadlineNanos - now;
	}

	boolean isRepublished() {
		return this.republished;
	}

	/** Whether it was published before, by us, under another number. */
	boolean mayHaveCopy() {
		return this.unknownCopy;
	}

	boolean isSettled() {
		return this.state.get() == State.SETTLED;
	}

	/** Takes it for a publish; what this gives to one lane no one else can withdraw. */
	boolean claim() {
		return this.state.compareAndSet(State.WAITING, State.CLAIMED);
	}

	/** Settles it before any lane took it: it is never published. */
	boolean withdraw(Reason reason) {
		return settle(State.WAITING, Settlement.of(reason));
	}

	/** Settles it after a lane took it. */
	boolean settle(Settlement settlement) {
		return settle(State.CLAIMED, settlement);
	}

	/**
	 * Gives it back to be published once more, since the channel of its copy died.
	 * @param now the time by {@link System#nanoTime()}
	 * @param least nanoseconds of its deadline that must be left
	 * @return false if it may not be published again
	 */
	boolean release(long now, long least) {
		this.unknownCopy = true;
		if (this.republished || remaining(now) < least) {
			return false;
		}
		this.republished = true;
		if (this.trace != null) {
			this.trace.ended(Reason.CONNECTION_LOST);
		}
		return this.state.compareAndSet(State.CLAIMED, State.WAITING);
	}

	/** A word of the broker that came after the answer. */
	synchronized void settleLate(Settlement settlement) {
		this.listener.settledLate(this, this.unknownCopy ? settlement.withUnknownCopy() : settlement);
	}

	/** Under a lock, so that a late word is heard after the answer, however close. */
	private synchronized boolean settle(State from, Settlement settlement) {
		if (!this.state.compareAndSet(from, State.SETTLED)) {
			return false;
		}
		Settlement known = this.unknownCopy ? settlement.withUnknownCopy() : settlement;
		this.message.letGo(known.outcome());
		this.listener.settled(this, known);
		return true;
	}

	/** Is told how publications end. */
	interface Listener {

		/** The outcome that the request is answered with; once for each publication. */
		void settled(Publication publication, Settlement settlement);

		/** What the broker said after the answer, which was unknown. */
		void settledLate(Publication publication, Settlement settlement);

	}

	private enum State {

		WAITING, CLAIMED, SETTLED

	}

}
