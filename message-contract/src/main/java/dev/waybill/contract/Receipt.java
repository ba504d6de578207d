package dev.waybill.contract;

import java.util.List;

/**
 * What a consumer tells one producer of its numbers; the form on the wire is in
 * {@code docs/receipts.md}.
 *
 * @param sender a random number that the consumer draws at its start
 * @param number 1, 2, 3 … without holes for each sender and producer instance
 * @param runs what is said of which numbers
 * @param markers the markers that have come to the reader of the dead letters
 * @param readings clock readings of numbers in the runs, as far as they are known
 */
public record Receipt(long sender, long number, List<Run> runs, List<Long> markers, List<Reading> readings) {

	/** The content type of a receipt on the wire. */
	public static final String CONTENT_TYPE = "application/vnd.waybill.receipt";

	public Receipt {
		if (number < 1) {
			throw new IllegalArgumentException("receipt number " + number + " is less than 1");
		}
		runs = List.copyOf(runs);
		markers = List.copyOf(markers);
		readings = List.copyOf(readings);
	}

	/** The bytes on the wire. */
	public byte[] encode() {
		return ReceiptEncoder.encode(this);
	}

	/**
	 * Reads what came over the wire; what later versions add is passed over.
	 * @param bytes anything
	 * @return the receipt
	 * @throws UnreadableReceiptException where the bytes are no receipt, or one of a
	 * higher version
	 */
	public static Receipt decode(byte[] bytes) throws UnreadableReceiptException {
		return new ReceiptDecoder(bytes).decode();
	}

	/**
	 * What is said of a run; on the wire a byte, the ordinal plus 1, never given anew.
	 */
	public enum Kind {

		/** The processor has returned. */
		PROCESSED,

		/**
		 * A copy of a message that this consumer has processed; its effect was skipped.
		 */
		DUPLICATE,

		/** It is in the queue of dead letters for people. */
		DEAD_LETTERED,

		/** It is in hand, or goes back to the queue: not lost, and no more than that. */
		HELD

	}

	/**
	 * Numbers of one source.
	 *
	 * @param kind what is said of them
	 * @param source the source
	 * @param first the first number, at least 1
	 * @param last the last number, at least the first, at most {@link SequenceRuns#MAX}
	 */
	public record Run(Kind kind, long source, long first, long last) {

		public Run {
			if (first < 1 || last < first || last > SequenceRuns.MAX) {
				throw new IllegalArgumentException(first + " to " + last + " is no run of 1 to 2^62");
			}
		}

	}

	/**
	 * When what happened to one number, in microseconds since the epoch.
	 *
	 * @param source the source
	 * @param sequence the number, 1 to {@link SequenceRuns#MAX}
	 * @param acceptedAt by the producer's clock, as the waybill had it
	 * @param receivedAt by the consumer's clock
	 * @param endedAt when it was processed, or in the dead letters, by the consumer's
	 * clock
	 */
	public record Reading(long source, long sequence, long acceptedAt, long receivedAt, long endedAt) {

		public Reading {
			if (sequence < 1 || sequence > SequenceRuns.MAX) {
				throw new IllegalArgumentException("number " + sequence + " is not of 1 to 2^62");
			}
		}

	}

}
