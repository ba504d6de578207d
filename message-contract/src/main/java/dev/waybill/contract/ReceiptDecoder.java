package dev.waybill.contract;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;
import org.jspecify.annotations.Nullable;

/**
 * Reads receipts from bytes that anybody may have sent: what does not follow the form to
 * the last byte is refused whole.
 */
final class ReceiptDecoder {

	private static final Kind[] KINDS = Kind.values();

	private final byte[] bytes;

	private final ByteBuffer in;

	private final List<Run> runs = new ArrayList<>();

	private final List<Long> markers = new ArrayList<>();

	private final List<Reading> readings = new ArrayList<>();

	private @Nullable Long sender;

	private long number;

	ReceiptDecoder(byte[] bytes) {
		this.bytes = bytes;
		this.in = ByteBuffer.wrap(bytes);
	}

	Receipt decode() throws UnreadableReceiptException {
		header();
		this.in.limit(this.bytes.length - ReceiptForm.CHECKSUM_BYTES);
		while (this.in.hasRemaining()) {
			section();
		}
		Long from = this.sender;
		if (from == null) {
			throw unreadable("it has no sender");
		}
		return new Receipt(from, this.number, this.runs, this.markers, this.readings);
	}

	private void header() throws UnreadableReceiptException {
		int least = ReceiptForm.MAGIC.length + 1 + ReceiptForm.CHECKSUM_BYTES;
		if (this.bytes.length < least) {
			throw unreadable("it has " + this.bytes.length + " bytes, and the shortest has " + least);
		}
		for (byte expected : ReceiptForm.MAGIC) {
			if (this.in.get() != expected) {
				throw unreadable("it does not begin with WBRC");
			}
		}
		int length = this.bytes.length - ReceiptForm.CHECKSUM_BYTES;
		if (ReceiptForm.checksum(this.bytes, length) != this.in.getInt(length)) {
			throw unreadable("its checksum is wrong");
		}
		int version = Byte.toUnsignedInt(this.in.get());
		if (version > ReceiptForm.VERSION) {
			throw new UnreadableReceiptException(
					"The receipt has version " + version + ", and " + ReceiptForm.VERSION + " is the highest known",
					true);
		}
		if (version < ReceiptForm.VERSION) {
			throw unreadable("there is no version " + version);
		}
	}

	private void section() throws UnreadableReceiptException {
		long tag = number();
		long length = number();
		if (length < 0 || length > this.in.remaining()) {
			throw unreadable("a section is longer than what is left");
		}
		int rest = this.in.limit();
		int end = this.in.position() + (int) length;
		this.in.limit(end);
		if (tag == ReceiptForm.SENDER) {
			sender();
		}
		else if (tag == ReceiptForm.RUNS) {
			runs();
		}
		else if (tag == ReceiptForm.MARKERS) {
			while (this.in.hasRemaining()) {
				this.markers.add(fixed());
			}
		}
		else if (tag == ReceiptForm.READINGS) {
			readings();
		}
		else { // of a later 1.x
			this.in.position(end);
		}
		if (this.in.hasRemaining()) {
			throw unreadable("section " + tag + " is longer than its content");
		}
		this.in.limit(rest);
	}

	private void sender() throws UnreadableReceiptException {
		if (this.sender != null) {
			throw unreadable("it has two senders");
		}
		this.sender = fixed();
		this.number = number();
		if (this.number < 1) {
			throw unreadable("its number is less than 1");
		}
	}

	private void runs() throws UnreadableReceiptException {
		if (!this.in.hasRemaining()) {
			throw unreadable("a section of runs is empty");
		}
		int kind = this.in.get();
		if (kind < 1 || kind > KINDS.length) {
			throw unreadable("there is no kind " + kind);
		}
		long source = fixed();
		long count = count(2);
		long end = 0;
		for (long i = 0; i < count; i++) {
			long gap = number();
			long more = number();
			long first = end + 1 + gap;
			long last = first + more;
			if (gap < 0 || more < 0 || first < 1 || last < first || last > SequenceRuns.MAX) {
				throw unreadable("a run lies outside of 1 to 2^62");
			}
			this.runs.add(new Run(KINDS[kind - 1], source, first, last));
			end = last;
		}
	}

	private void readings() throws UnreadableReceiptException {
		long source = fixed();
		long count = count(4);
		long sequence = 0;
		long acceptedAt = 0;
		for (long i = 0; i < count; i++) {
			sequence += difference();
			acceptedAt += difference();
			long receivedAt = acceptedAt + difference();
			long endedAt = receivedAt + difference();
			if (sequence < 1 || sequence > SequenceRuns.MAX) {
				throw unreadable("a reading is of a number outside of 1 to 2^62");
			}
			this.readings.add(new Reading(source, sequence, acceptedAt, receivedAt, endedAt));
		}
	}

	/** A count of things that have so many bytes each, at least. */
	private long count(int bytesEach) throws UnreadableReceiptException {
		long count = number();
		if (count < 0 || count > this.in.remaining() / bytesEach) {
			throw unreadable("a count is larger than what is left");
		}
		return count;
	}

	private long fixed() throws UnreadableReceiptException {
		if (this.in.remaining() < Long.BYTES) {
			throw unreadable("it ends within a number");
		}
		return this.in.getLong();
	}

	private long number() throws UnreadableReceiptException {
		long value = 0;
		for (int shift = 0; shift < Long.SIZE; shift += 7) {
			if (!this.in.hasRemaining()) {
				throw unreadable("it ends within a number");
			}
			byte next = this.in.get();
			value |= (next & 0x7fL) << shift;
			if (next >= 0) {
				return value;
			}
		}
		throw unreadable("a number is longer than 64 bits");
	}

	private long difference() throws UnreadableReceiptException {
		long value = number();
		return (value >>> 1) ^ -(value & 1);
	}

	private static UnreadableReceiptException unreadable(String why) {
		return new UnreadableReceiptException("No receipt: " + why, false);
	}

}
