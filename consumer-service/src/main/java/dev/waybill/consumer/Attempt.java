package dev.waybill.consumer;

import org.jspecify.annotations.Nullable;

/**
 * One attempt at a message, which others may interrupt, but only while it runs: no
 * interrupt strays into the next one.
 */
final class Attempt {

	private final Thread thread = Thread.currentThread();

	private final Delivery delivery;

	private final int number;

	private final long startedAt = System.nanoTime();

	private long interruptedAt;

	private long endedAt;

	private @Nullable Outcome interruptedAs;

	private @Nullable Outcome outcome;

	private @Nullable Throwable failure;

	private boolean over;

	Attempt(Delivery delivery, int number) {
		this.delivery = delivery;
		this.number = number;
	}

	Delivery delivery() {
		return this.delivery;
	}

	/** The number of the attempt at its message, from 1. */
	int number() {
		return this.number;
	}

	/** How it ended, null while it has not. */
	@Nullable Outcome outcome() {
		return this.outcome;
	}

	@Nullable Throwable failure() {
		return this.failure;
	}

	/** How long it took, or has taken so far. */
	synchronized long nanos() {
		return (this.over ? this.endedAt : System.nanoTime()) - this.startedAt;
	}

	/** The stack of its thread, for who wants to know where it hangs. */
	StackTraceElement[] stack() {
		return this.thread.getStackTrace();
	}

	/** How long it has run since it was interrupted, zero where it was not. */
	synchronized long nanosSinceInterrupt() {
		return (this.interruptedAs != null && !this.over) ? System.nanoTime() - this.interruptedAt : 0;
	}

	/** Interrupts it once. */
	synchronized void interrupt(Outcome reason) {
		if (!this.over && this.interruptedAs == null) {
			this.interruptedAs = reason;
			this.interruptedAt = System.nanoTime();
			this.thread.interrupt();
		}
	}

	/** Ends it, by its own thread. */
	synchronized Outcome end(@Nullable Throwable thrown) {
		this.over = true;
		this.endedAt = System.nanoTime();
		this.failure = thrown;
		Thread.interrupted();
		Outcome how = outcome(thrown);
		this.outcome = how;
		return how;
	}

	private Outcome outcome(@Nullable Throwable thrown) {
		if (thrown == null) {
			return Outcome.PROCESSED;
		}
		if (thrown instanceof UnprocessableMessageException) {
			return Outcome.UNPROCESSABLE;
		}
		return (this.interruptedAs != null) ? this.interruptedAs : Outcome.FAILED;
	}

}
