package dev.waybill.consumer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;

/**
 * Decides whether it is the processor that is broken and not the messages: the last 20
 * attempts, at 10 messages or more, have all failed.
 */
final class BrokenProcessor {

	private static final int ATTEMPTS = 20;

	private static final int MESSAGES = 10;

	private static final int LONGEST_PAUSE_SECONDS = 30;

	private final Deque<String> failures = new ArrayDeque<>();

	private volatile boolean broken;

	private int trials;

	BrokenProcessor(ConsumerMetrics metrics) {
		metrics.processorBroken(() -> this.broken);
	}

	boolean isBroken() {
		return this.broken;
	}

	/**
	 * Notes a failed attempt.
	 * @return whether this one shows that the processor is broken
	 */
	synchronized boolean failed(String message) {
		this.failures.addLast(message);
		if (this.failures.size() > ATTEMPTS) {
			this.failures.removeFirst();
		}
		if (this.broken || this.failures.size() < ATTEMPTS || new HashSet<>(this.failures).size() < MESSAGES) {
			return false;
		}
		this.broken = true;
		this.trials = 0;
		return true;
	}

	/** Notes an attempt that shows that the processor works, or can tell why not. */
	synchronized void judged() {
		this.failures.clear();
		this.trials = 0;
	}

	/** The processor works again. */
	synchronized void mended() {
		judged();
		this.broken = false;
	}

	/** How long to wait before the next trial: 1, 2, 4 … 30 s. */
	synchronized Duration nextPause() {
		return Duration.ofSeconds(Math.min(LONGEST_PAUSE_SECONDS, 1L << Math.min(this.trials++, 5)));
	}

}
