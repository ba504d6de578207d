package dev.waybill.producer.ledger;

import java.nio.ByteBuffer;

import dev.waybill.contract.SequenceRuns;

/**
 * Reads what {@link RecordWriter} wrote; what is not that ends with an
 * {@link IllegalStateException} or {@link java.nio.BufferUnderflowException}.
 */
final class RecordReader {

	private final ByteBuffer in;

	RecordReader(byte[] bytes) {
		this.in = ByteBuffer.wrap(bytes);
	}

	long fixed() {
		return this.in.getLong();
	}

	long number() {
		long value = 0;
		for (int shift = 0; shift < Long.SIZE; shift += 7) {
			byte next = this.in.get();
			value |= (next & 0x7fL) << shift;
			if (next >= 0) {
				return value;
			}
		}
		throw new IllegalStateException("a number is longer than 64 bits");
	}

	boolean flag() {
		return this.in.get() != 0;
	}

	SequenceRuns numbers() {
		SequenceRuns numbers = new SequenceRuns();
		long count = number();
		long end = 0;
		for (long i = 0; i < count; i++) {
			long first = end + 1 + number();
			long last = first + number();
			numbers.add(first, last);
			end = last;
		}
		return numbers;
	}

}
