package dev.waybill.contract;

import java.util.ArrayList;
import java.util.List;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;

/**
 * Which bytes are a receipt: it believes no count and no length, since anybody who may
 * write to the exchange may have written them.
 */
final class ReceiptReader {

	private static final int HEAD = Integer.BYTES + 1;

	private final byte[] bytes;

	private boolean senderSeen;

	private long sender;

	private long number;

	private final List<Run> runs = new ArrayList<>();

	private final List<Long> markers = new ArrayList<>();

	private final List<Reading> readings = new ArrayList<>();

	ReceiptReader(byte[] bytes) {
		this.bytes = bytes;
	}

	Receipt read() throws UnreadableReceiptException {
		ByteReader sections = sections();
		while (sections.left() > 0) {
			long tag = sections.varint();
			ByteReader section = sections.section(sections.varint());
			read(tag, section);
			if (section.left() > 0) {
				throw UnreadableReceiptException.since("section " + tag + " has bytes too many");
			}
		}
		if (!this.senderSeen) {
			throw UnreadableReceiptException.since("it has no sender");
		}
		return new Receipt(this.sender, this.number, this.runs, this.markers, this.readings);
	}

	/** Checks what all versions have in common: how they begin and end. */
	private ByteReader sections() throws UnreadableReceiptException {
		int end = this.bytes.length - Integer.BYTES;
		if (end < HEAD) {
			throw UnreadableReceiptException.since("it is too short");
		}
		ByteReader sections = new ByteReader(this.bytes, end);
		if (sections.fixed(Integer.BYTES) != ReceiptWriter.MAGIC) {
			throw UnreadableReceiptException.since("it does not begin as one");
		}
		ByteReader whole = new ByteReader(this.bytes, this.bytes.length);
		whole.section(end);
		if (whole.fixed(Integer.BYTES) != sections.crc()) {
			throw UnreadableReceiptException.since("its checksum is wrong");
		}
		long version = sections.fixed(1);
		if (version > ReceiptWriter.VERSION) {
			throw new UnreadableReceiptException("A receipt of version " + version + "; this program reads version "
					+ ReceiptWriter.VERSION + " and must be upgraded", true);
		}
		if (version < ReceiptWriter.VERSION) {
			throw UnreadableReceiptException.since("there is no version " + version);
		}
		return sections;
	}

	private void read(long tag, ByteReader section) throws UnreadableReceiptException {
		if (tag == ReceiptWriter.SENDER) {
			readSender(section);
		}
		else if (tag == ReceiptWriter.RUNS) {
			readRuns(section);
		}
		else if (tag == ReceiptWriter.MARKERS) {
			readMarkers(section);
		}
		else if (tag == ReceiptWriter.READINGS) {
			readReadings(section);
		}
		else {
			// Of a later 1.x, and nothing that a reader of today must know
			section.skip();
		}
	}

	private void readSender(ByteReader section) throws UnreadableReceiptException {
		if (this.senderSeen) {
			throw UnreadableReceiptException.since("it has two senders");
		}
		this.senderSeen = true;
		this.sender = section.fixed(Long.BYTES);
		this.number = number(section.step());
	}

	private void readRuns(ByteReader section) throws UnreadableReceiptException {
		Kind kind = Kind.of((int) section.fixed(1));
		long source = section.fixed(Long.BYTES);
		int count = count(section.varint(), section, 2);
		long before = 0;
		for (int run = 0; run < count; run++) {
			long first = number(before + 1 + section.step());
			long last = number(first + section.step());
			this.runs.add(new Run(kind, source, first, last));
			before = last;
		}
	}

	private void readMarkers(ByteReader section) throws UnreadableReceiptException {
		int count = count(section.left() / Long.BYTES, section, Long.BYTES);
		for (int marker = 0; marker < count; marker++) {
			this.markers.add(section.fixed(Long.BYTES));
		}
	}

	private void readReadings(ByteReader section) throws UnreadableReceiptException {
		long source = section.fixed(Long.BYTES);
		int count = count(section.varint(), section, 4);
		long sequence = 0;
		long acceptedAt = 0;
		for (int reading = 0; reading < count; reading++) {
			sequence = number(sequence + section.step());
			acceptedAt += section.signed();
			long receivedAt = acceptedAt + section.signed();
			long endedAt = receivedAt + section.signed();
			this.readings.add(new Reading(source, sequence, acceptedAt, receivedAt, endedAt));
		}
	}

	/** A count that the bytes left can hold, and a receipt too. */
	private int count(long count, ByteReader section, int leastBytes) throws UnreadableReceiptException {
		if (count < 0 || count > section.left() / leastBytes) {
			throw UnreadableReceiptException.since("a count is higher than what there is");
		}
		if (count > Receipt.MAX_ENTRIES - this.runs.size() - this.markers.size() - this.readings.size()) {
			throw UnreadableReceiptException
				.since("it has more than " + Receipt.MAX_ENTRIES + " runs, markers and readings");
		}
		return (int) count;
	}

	/** Steps are so bounded that a sum of two is negative where it is beyond 2^63. */
	private static long number(long number) throws UnreadableReceiptException {
		if (!SequenceRuns.isNumber(number)) {
			throw UnreadableReceiptException.since("a number is not of 1 to 2^62");
		}
		return number;
	}

}
