package dev.waybill.contract;

import java.util.Arrays;
import java.util.zip.CRC32C;

/** How numbers become bytes in a receipt. */
final class ByteWriter {

	private static final int LONGEST_VARINT = 10;

	private byte[] bytes;

	private int length;

	ByteWriter(int capacity) {
		this.bytes = new byte[capacity];
	}

	/** The low bytes of a number, the highest first. */
	void fixed(long value, int size) {
		room(size);
		for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
			this.bytes[this.length++] = (byte) (value >>> shift);
		}
	}

	/** Seven bits a byte, the lowest first; the high bit says that more come. */
	void varint(long value) {
		room(LONGEST_VARINT);
		long rest = value;
		while ((rest & ~0x7FL) != 0) {
			this.bytes[this.length++] = (byte) (rest | 0x80);
			rest >>>= 7;
		}
		this.bytes[this.length++] = (byte) rest;
	}

	/** 0, -1, 1, -2, 2 … as the varint 0, 1, 2, 3, 4 … */
	void signed(long value) {
		varint((value << 1) ^ (value >> 63));
	}

	void append(ByteWriter other) {
		room(other.length);
		System.arraycopy(other.bytes, 0, this.bytes, this.length, other.length);
		this.length += other.length;
	}

	int length() {
		return this.length;
	}

	/** The CRC-32C of all so far. */
	long crc() {
		CRC32C crc = new CRC32C();
		crc.update(this.bytes, 0, this.length);
		return crc.getValue();
	}

	byte[] toByteArray() {
		return Arrays.copyOf(this.bytes, this.length);
	}

	private void room(int more) {
		if (this.length + more > this.bytes.length) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(2 * this.bytes.length, this.length + more));
		}
	}

}
