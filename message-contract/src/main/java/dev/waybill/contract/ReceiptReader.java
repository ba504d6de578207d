package dev.waybill.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;

/**
 * Which bytes are a receipt: it believes no count and no length, since anybody who may
 * write to the exchange may have written them.
 */
final class ReceiptReader {

	private static final int LEAST = Integer.BYTES + 1 + Integer.BYTES;

	private final byte[] bytes;

	private int position;

	/** Where the section ends, or the last one. */
	private int end;

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
		int sectionsEnd = this.bytes.length - Integer.BYTES;
		checkFrame(sectionsEnd);
		while (this.position < sectionsEnd) {
			this.end = sectionsEnd;
			long tag = varint();
			long length = varint();
			if (length < 0 || length > this.end - this.position) {
				throw unreadable("a section is longer than what there is");
			}
			this.end = this.position + (int) length;
			section(tag);
			if (this.position != this.end) {
				throw unreadable("section " + tag + " has bytes too many");
			}
		}
		if (!this.senderSeen) {
			throw unreadable("it has no sender");
		}
		return new Receipt(this.sender, this.number, this.runs, this.markers, this.readings);
	}

	/** What all versions have in common: how they begin and end. */
	private void checkFrame(int sectionsEnd) throws UnreadableReceiptException {
		this.end = this.bytes.length;
		if (this.bytes.length < LEAST || fixed(Integer.BYTES) != ReceiptWriter.MAGIC) {
			throw unreadable("it does not begin as one");
		}
		int version = (int) fixed(1);
		int from = this.position;
		this.position = sectionsEnd;
		CRC32C crc = new CRC32C();
		crc.update(this.bytes, 0, sectionsEnd);
		if (fixed(Integer.BYTES) != crc.getValue()) {
			throw unreadable("its checksum is wrong");
		}
		if (version > ReceiptWriter.VERSION) {
			throw new UnreadableReceiptException(
					"A receipt of version " + version + "; this program knows " + ReceiptWriter.VERSION, true);
		}
		if (version != ReceiptWriter.VERSION) {
			throw unreadable("there is no version " + version);
		}
		this.position = from;
	}

	private void section(long tag) throws UnreadableReceiptException {
		if (tag == ReceiptWriter.SENDER) {
			sender();
		}
		else if (tag == ReceiptWriter.RUNS) {
			runs();
		}
		else if (tag == ReceiptWriter.MARKERS) {
			markers();
		}
		else if (tag == ReceiptWriter.READINGS) {
			readings();
		}
		else {
			// Of a later 1.x, and nothing that a reader of today must know
			this.position = this.end;
		}
	}

	private void sender() throws UnreadableReceiptException {
		if (this.senderSeen) {
			throw unreadable("it has two senders");
		}
		this.senderSeen = true;
		this.sender = fixed(Long.BYTES);
		this.number = number(varint());
	}

	private void runs() throws UnreadableReceiptException {
		Kind kind = Kind.of((int) fixed(1));
		long source = fixed(Long.BYTES);
		int count = count(varint(), 2);
		long before = 0;
		for (int run = 0; run < count; run++) {
			long first = number(before + 1 + atMost(SequenceRuns.MAX));
			long last = number(first + atMost(SequenceRuns.MAX));
			this.runs.add(new Run(kind, source, first, last));
			before = last;
		}
	}

	private void markers() throws UnreadableReceiptException {
		if ((this.end - this.position) % Long.BYTES != 0) {
			throw unreadable("a marker is cut off");
		}
		int count = count((this.end - this.position) / Long.BYTES, Long.BYTES);
		for (int marker = 0; marker < count; marker++) {
			this.markers.add(fixed(Long.BYTES));
		}
	}

	private void readings() throws UnreadableReceiptException {
		long source = fixed(Long.BYTES);
		int count = count(varint(), 4);
		long sequence = 0;
		long acceptedAt = 0;
		for (int reading = 0; reading < count; reading++) {
			sequence = number(sequence + atMost(SequenceRuns.MAX));
			acceptedAt += signed();
			long receivedAt = acceptedAt + signed();
			this.readings.add(new Reading(source, sequence, acceptedAt, receivedAt, receivedAt + signed()));
		}
	}

	/** A count that the bytes left can hold, and a receipt. */
	private int count(long count, int leastBytes) throws UnreadableReceiptException {
		int entries = this.runs.size() + this.markers.size() + this.readings.size();
		if (count < 0 || count > (this.end - this.position) / leastBytes) {
			throw unreadable("a count is higher than what there is");
		}
		if (count > Receipt.MAX_ENTRIES - entries) {
			throw unreadable("it has more than " + Receipt.MAX_ENTRIES + " runs, markers and readings");
		}
		return (int) count;
	}

	private long number(long number) throws UnreadableReceiptException {
		if (!SequenceRuns.isNumber(number)) {
			throw unreadable("a number is not of 1 to 2^62");
		}
		return number;
	}

	private long atMost(long most) throws UnreadableReceiptException {
		long value = varint();
		if (value < 0 || value > most) {
			throw unreadable("a step between numbers is too long");
		}
		return value;
	}

	/** A number of so many bytes, the highest first. */
	private long fixed(int size) throws UnreadableReceiptException {
		if (this.end - this.position < size) {
			throw unreadable("a section is cut off");
		}
		long value = 0;
		for (int i = 0; i < size; i++) {
			value = value << 8 | this.bytes[this.position++] & 0xFF;
		}
		return value;
	}

	private long varint() throws UnreadableReceiptException {
		long value = 0;
		for (int shift = 0; this.position < this.end && shift < Long.SIZE; shift += 7) {
			long bits = this.bytes[this.position++];
			value |= (bits & 0x7F) << shift;
			if (bits >= 0) {
				if (shift == 63 && bits > 1) {
					break;
				}
				return value;
			}
		}
		throw unreadable("a number is cut off or too long");
	}

	private long signed() throws UnreadableReceiptException {
		long value = varint();
		return (value >>> 1) ^ -(value & 1);
	}

	private static UnreadableReceiptException unreadable(String why) {
		return new UnreadableReceiptException("No receipt: " + why, false);
	}

}
