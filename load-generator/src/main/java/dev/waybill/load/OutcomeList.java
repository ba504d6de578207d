package dev.waybill.load;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The outside's own word: what was answered for each message, and whether a journal has
 * it, in one byte each. Not safe for several threads.
 */
final class OutcomeList {

	private static final int CHUNK = 1 << 20;

	private static final int OUTCOME = 3;

	private static final int SEEN = 4;

	private static final Outcome[] OUTCOMES = Outcome.values();

	private final List<byte[]> chunks = new ArrayList<>();

	private final long[] counts = new long[OUTCOMES.length];

	/** Notes what became of a message that was sent. */
	void set(long number, Outcome outcome) {
		while (number / CHUNK >= this.chunks.size()) {
			this.chunks.add(new byte[CHUNK]);
		}
		if (of(number) != null) {
			throw new IllegalStateException("message " + number + " has an outcome");
		}
		this.chunks.get((int) (number / CHUNK))[(int) (number % CHUNK)] |= (byte) (outcome.ordinal() + 1);
		this.counts[outcome.ordinal()]++;
	}

	/** What became of it; null where it was not sent. */
	@Nullable Outcome of(long number) {
		int outcome = at(number) & OUTCOME;
		return (outcome == 0) ? null : OUTCOMES[outcome - 1];
	}

	/** Notes that a journal has it; false where one had it before. */
	boolean see(long number) {
		if (isSeen(number)) {
			return false;
		}
		this.chunks.get((int) (number / CHUNK))[(int) (number % CHUNK)] |= SEEN;
		return true;
	}

	boolean isSeen(long number) {
		return (at(number) & SEEN) != 0;
	}

	private byte at(long number) {
		int chunk = (int) Math.min(number / CHUNK, Integer.MAX_VALUE);
		return (chunk < this.chunks.size()) ? this.chunks.get(chunk)[(int) (number % CHUNK)] : 0;
	}

	long count(Outcome outcome) {
		return this.counts[outcome.ordinal()];
	}

	/** One more than the highest number that may have an outcome. */
	long end() {
		return (long) this.chunks.size() * CHUNK;
	}

}
