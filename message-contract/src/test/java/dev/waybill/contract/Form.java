package dev.waybill.contract;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Writes receipts as {@code docs/receipts.md} has them, wrong ones too, with nothing of
 * what it tests.
 */
final class Form {

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

	/** A frame of the given version, as yet without a section. */
	static Form version(int version) {
		return new Form().raw('W', 'B', 'R', 'C', version);
	}

	/** A frame with a sender. */
	static Form receipt() {
		return version(1).section(1, new Form().fixed(7).varint(1));
	}

	static Form runs(int kind, long source) {
		return new Form().raw(kind).fixed(source);
	}

	Form raw(int... values) {
		for (int value : values) {
			this.bytes.write(value);
		}
		return this;
	}

	Form raw(byte[] values) {
		this.bytes.writeBytes(values);
		return this;
	}

	Form fixed(long value) {
		return raw(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
	}

	Form varint(long value) {
		long rest = value;
		while (rest < 0 || rest > 127) {
			this.bytes.write((int) (rest & 127) + 128);
			rest >>>= 7;
		}
		return raw((int) rest);
	}

	Form section(long tag, Form payload) {
		return varint(tag).varint(payload.bytes.size()).raw(payload.bytes.toByteArray());
	}

	byte[] withoutChecksum() {
		return this.bytes.toByteArray();
	}

	/** With the right checksum behind. */
	byte[] sealed() {
		CRC32C crc = new CRC32C();
		crc.update(this.bytes.toByteArray());
		return raw(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array()).withoutChecksum();
	}

}
