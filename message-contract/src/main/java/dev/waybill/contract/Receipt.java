package dev.waybill.contract;

import java.util.List;

/**
 * What a consumer tells one producer of its numbers; {@code docs/receipts.md} has the
 * form on the wire.
 * <p>
 * The same number may be in several runs: each says what befell one delivery.
 *
 * @param sender a random number that a consumer draws at each start
 * @param number 1, 2, 3 … without holes for each sender and producer instance
 * @param runs what is said of which numbers
 * @param markers the markers that have come through
 * @param readings clock readings of some of the numbers
 */
public record Receipt(long sender, long number, List<Run> runs, List<Long> markers, List<Reading> readings) {

	/** The content type of a receipt on the wire. */
	public static final String CONTENT_TYPE = "application/vnd.waybill.receipt";

	/**
	 * The most runs, markers and readings that a receipt holds, counted together; who has
	 * more to say writes several.
	 */
	public static final int MAX_ENTRIES = 10_000;

	public Receipt {
		if (!SequenceRuns.isNumber(number)) {
			throw new IllegalArgumentException("receipt number " + number + " is not of 1 to 2^62");
		}
		runs = List.copyOf(runs);
		markers = List.copyOf(markers);
		readings = List.copyOf(readings);
		long entries = (long) runs.size() + markers.size() + readings.size();
		if (entries > MAX_ENTRIES) {
			throw new IllegalArgumentException(
					entries + " runs, markers and readings are more than the " + MAX_ENTRIES + " of a receipt");
		}
	}

	/**
	 * Writes the form on the wire, in which runs and readings are sorted and runs of one
	 * kind that touch are one.
	 */
	public byte[] encode() {
		return new ReceiptWriter().write(this);
	}

	/**
	 * Reads the form on the wire.
	 * @param bytes any bytes
	 * @return the receipt
	 * @throws UnreadableReceiptException where the bytes are none; nothing else is thrown
	 */
	public static Receipt decode(byte[] bytes) throws UnreadableReceiptException {
		return new ReceiptReader(bytes).read();
	}

	/** What is said of a run. */
	public enum Kind {

		/** Processed, and for the first time as far as the consumer knows. */
		PROCESSED(1),

		/** A copy of a message that has been processed; its effect was skipped. */
		DUPLICATE(2),

		/** In the queue of dead letters for people, confirmed. */
		DEAD_LETTERED(3),

		/** In hand, or just let go: not lost, and nothing more. */
		HELD(4);

		private static final Kind[] KINDS = values();

		private final int code;

		Kind(int code) {
			this.code = code;
		}

		int code() {
			return this.code;
		}

		static Kind of(int code) throws UnreadableReceiptException {
			for (Kind kind : KINDS) {
				if (kind.code == code) {
					return kind;
				}
			}
			throw UnreadableReceiptException.since("there is no kind " + code);
		}

	}

	/** Numbers first to last of a source, of 1 to {@link SequenceRuns#MAX}. */
	public record Run(Kind kind, long source, long first, long last) {

		public Run {
			if (first < 1 || last < first || last > SequenceRuns.MAX) {
				throw new IllegalArgumentException(first + " to " + last + " is no run of 1 to 2^62");
			}
		}

	}

	/**
	 * Clock readings of one number, in microseconds since the epoch: acceptedAt by the
	 * producer's clock, as its waybill had it; the others by the consumer's.
	 */
	public record Reading(long source, long sequence, long acceptedAt, long receivedAt, long endedAt) {

		public Reading {
			if (!SequenceRuns.isNumber(sequence)) {
				throw new IllegalArgumentException("sequence " + sequence + " is not of 1 to 2^62");
			}
		}

	}

}
