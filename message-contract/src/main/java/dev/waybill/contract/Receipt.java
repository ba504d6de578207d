package dev.waybill.contract;

import java.util.List;

/** What a consumer tells one producer of its numbers. */
public record Receipt(long sender, long number, List<Run> runs, List<Long> markers, List<Reading> readings) {

	/** The content type of a receipt on the wire. */
	public static final String CONTENT_TYPE = "application/vnd.waybill.receipt";

	public byte[] encode() {
		throw new UnsupportedOperationException();
	}

	public static Receipt decode(byte[] bytes) throws UnreadableReceiptException {
		throw new UnsupportedOperationException();
	}

	/** What is said of a run. */
	public enum Kind {

		PROCESSED, DUPLICATE, DEAD_LETTERED, HELD

	}

	/** Numbers first to last of a source. */
	public record Run(Kind kind, long source, long first, long last) {
	}

	/**
	 * Clock readings of one number, in microseconds since the epoch: acceptedAt by the
	 * producer's clock, as its waybill had it; the others by the consumer's.
	 */
	public record Reading(long source, long sequence, long acceptedAt, long receivedAt, long endedAt) {
	}

}
