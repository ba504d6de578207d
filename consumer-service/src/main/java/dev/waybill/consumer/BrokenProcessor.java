package dev.waybill.consumer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Decides whether it is the processor that is broken and not the messages: the last 20
 * attempts, at 10 messages or more, have all failed. First attempts say nothing while
 * later ones succeed.
 */
final class BrokenProcessor {

	private static final int ATTEMPTS = 20;

	private static final int MESSAGES = 10;

	private static final int LONGEST_PAUSE_SECONDS = 30;

	/** For how long a later attempt that succeeded speaks for the first ones. */
	private static final Duration SPEAKS = Duration.ofSeconds(30);

	private final Deque<Failure> failures = new ArrayDeque<>();

	private volatile boolean broken;

	private int trials;

	private boolean laterOnesSucceed;

	private long laterOneAt;

	BrokenProcessor(ConsumerMetrics metrics) {
		metrics.processorBroken(() -> this.broken);
	}

	boolean isBroken() {
		return this.broken;
	}

	/**
	 * Notes a failed attempt.
	 * @param fingerprint what tells its message from others, as far as that can be
	 * @param attempt the number of the attempt at its message
	 * @return whether this one shows that the processor is broken
	 */
	synchronized boolean failed(String fingerprint, int attempt) {
		if (attempt > 1 || System.nanoTime() - this.laterOneAt > SPEAKS.toNanos()) {
			this.laterOnesSucceed = false;
		}
		if (this.laterOnesSucceed) {
			return false;
		}
		this.failures.addLast(new Failure(fingerprint, attempt));
		if (this.failures.size() > ATTEMPTS) {
			this.failures.removeFirst();
		}
		if (this.broken || this.failures.size() < ATTEMPTS || messages() < MESSAGES) {
			return false;
		}
		this.broken = true;
		this.trials = 0;
		return true;
	}

	/**
	 * How many messages have failed, at least. A message fails only once at its first
	 * attempt, once at its second …: so equal ones without an id are told apart too.
	 */
	private int messages() {
		Map<Failure, Integer> times = new HashMap<>();
		this.failures.forEach((failure) -> times.merge(failure, 1, Integer::sum));
		Map<String, Integer> messages = new HashMap<>();
		times.forEach((failure, count) -> messages.merge(failure.fingerprint(), count, Math::max));
		return messages.values().stream().mapToInt(Integer::intValue).sum();
	}

	/** Notes that an attempt beyond the first has succeeded. */
	synchronized void laterOneSucceeded() {
		this.laterOnesSucceed = true;
		this.laterOneAt = System.nanoTime();
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

	private record Failure(String fingerprint, int attempt) {
	}

}
