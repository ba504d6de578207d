package dev.waybill.contract;

import java.util.zip.CRC32C;

/** How bytes become numbers again, up to an end that nothing is read beyond. */
final class ByteReader {

	private final byte[] bytes;

	private int position;

	private int end;

	ByteReader(byte[] bytes, int end) {
		this.bytes = bytes;
		this.end = end;
	}

	/** What is written with so many bytes, the highest first. */
	long fixed(int size) throws UnreadableReceiptException {
		if (left() < size) {
			throw UnreadableReceiptException.since("a section is cut off");
		}
		long value = 0;
		for (int i = 0; i < size; i++) {
			value = (value << 8) | (this.bytes[this.position++] & 0xFF);
		}
		return value;
	}

	/** Any 64 bits, so that what is 2^63 and more is negative. */
	long varint() throws UnreadableReceiptException {
		long value = 0;
		for (int shift = 0; shift < Long.SIZE && left() > 0; shift += 7) {
			long bits = this.bytes[this.position++];
			value |= (bits & 0x7F) << shift;
			if (bits >= 0) {
				if (shift == 63 && bits > 1) {
					break;
				}
				return value;
			}
		}
		throw UnreadableReceiptException.since("a number is cut off or too long");
	}

	/** A varint of at most 2^62. */
	long step() throws UnreadableReceiptException {
		long value = varint();
		if (value < 0 || value > SequenceRuns.MAX) {
			throw UnreadableReceiptException.since("a step between numbers is too long");
		}
		return value;
	}

	long signed() throws UnreadableReceiptException {
		long value = varint();
		return (value >>> 1) ^ -(value & 1);
	}

	int left() {
		return this.end - this.position;
	}

	void skip() {
		this.position = this.end;
	}

	/** The next so many bytes, to be read on their own. */
	ByteReader section(long length) throws UnreadableReceiptException {
		if (length < 0 || length > left()) {
			throw UnreadableReceiptException.since("a section is longer than what there is");
		}
		ByteReader section = new ByteReader(this.bytes, this.position + (int) length);
		section.position = this.position;
		this.position = section.end;
		return section;
	}

	/** The CRC-32C of all from the first byte to the end. */
	long crc() {
		CRC32C crc = new CRC32C();
		crc.update(this.bytes, 0, this.end);
		return crc.getValue();
	}

}
