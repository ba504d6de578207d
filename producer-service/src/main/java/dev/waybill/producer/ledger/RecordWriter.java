package dev.waybill.producer.ledger;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

import dev.waybill.contract.SequenceRuns;

/** Writes the parts of a record of the ledger's file. */
final class RecordWriter {

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

	void fixed(long value) {
		this.bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
	}

	/** Seven bits a byte, the lowest first; the top bit says that more follow. */
	void number(long value) {
		long rest = value;
		while ((rest & ~0x7fL) != 0) {
			this.bytes.write((int) (rest & 0x7f) | 0x80);
			rest >>>= 7;
		}
		this.bytes.write((int) rest);
	}

	void flag(boolean value) {
		this.bytes.write(value ? 1 : 0);
	}

	/** How many runs, then the gap before each and its length less 1. */
	void numbers(SequenceRuns numbers) {
		number(numbers.runs());
		long[] end = { 0 };
		numbers.forEachRun((first, last) -> {
			number(first - end[0] - 1);
			number(last - first);
			end[0] = last;
			return true;
		});
	}

	byte[] toByteArray() {
		return this.bytes.toByteArray();
	}

}
