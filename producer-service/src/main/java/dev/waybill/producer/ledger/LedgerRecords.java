package dev.waybill.producer.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

import dev.waybill.producer.ledger.LedgerHeader.UnreadableException;

/**
 * Tells a record that was being written when the power failed, which is not missed, from
 * damage, which is.
 * <p>
 * A record is a head (magic, length, CRC-32C of the body, CRC-32C of these three; 4 bytes
 * each) and its body. The head's own CRC is what tells a wrong length from a short file.
 *
 * @param bodies what was written, in order
 * @param end where the last whole record ends
 * @param torn whether something follows that is not a whole record
 */
record LedgerRecords(List<byte[]> bodies, long end, boolean torn) {

	static final int HEAD = 16;

	private static final int MAGIC = 0x57425231; // WBR1

	static ByteBuffer encode(byte[] body) {
		ByteBuffer record = ByteBuffer.allocate(HEAD + body.length);
		record.putInt(MAGIC).putInt(body.length).putInt(crc(body, 0, body.length));
		record.putInt(crc(record.array(), 0, HEAD - 4)).put(body);
		return record.flip();
	}

	/**
	 * Reads all; what is before {@code base} was on disk before the file had its name,
	 * and cannot be torn.
	 */
	static LedgerRecords read(FileChannel channel, long base) throws IOException, UnreadableException {
		List<byte[]> bodies = new ArrayList<>();
		long size = channel.size();
		long at = LedgerHeader.SIZE;
		while (at < size) {
			ByteBuffer head = read(channel, at, (int) Math.min(HEAD, size - at));
			if (!isHead(head, 0)) {
				boolean last = at >= base && !followed(channel, at + 1, size);
				return torn(bodies, at, last);
			}
			long next = at + HEAD + head.getInt(4);
			if (next > size) {
				return torn(bodies, at, at >= base);
			}
			byte[] body = read(channel, at + HEAD, head.getInt(4)).array();
			if (crc(body, 0, body.length) != head.getInt(8)) {
				return torn(bodies, at, at >= base && next == size);
			}
			bodies.add(body);
			at = next;
		}
		return (at >= base) ? new LedgerRecords(bodies, at, false) : torn(bodies, at, false);
	}

	private static LedgerRecords torn(List<byte[]> bodies, long at, boolean last) throws UnreadableException {
		if (!last) {
			throw new UnreadableException(
					"is damaged at byte " + at + "; restore it, or move it away to begin a new ledger");
		}
		return new LedgerRecords(bodies, at, true);
	}

	/** Whether a record begins anywhere in the rest of the file. */
	private static boolean followed(FileChannel channel, long from, long size) throws IOException {
		for (long at = from; at + HEAD <= size; at += (1 << 16)) {
			ByteBuffer part = read(channel, at, (int) Math.min((1 << 16) + HEAD, size - at));
			for (int i = 0; i + HEAD <= part.limit(); i++) {
				if (isHead(part, i)) {
					return true;
				}
			}
		}
		return false;
	}

	private static boolean isHead(ByteBuffer in, int at) {
		return in.limit() - at >= HEAD && in.getInt(at) == MAGIC && in.getInt(at + 4) >= 0
				&& in.getInt(at + 12) == crc(in.array(), at, HEAD - 4);
	}

	static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
		ByteBuffer buffer = ByteBuffer.allocate(length);
		while (buffer.hasRemaining()) {
			if (channel.read(buffer, at + buffer.position()) < 0) {
				throw new IOException("ends at " + (at + buffer.position()));
			}
		}
		return buffer.flip();
	}

	private static int crc(byte[] bytes, int from, int length) {
		CRC32C crc = new CRC32C();
		crc.update(bytes, from, length);
		return (int) crc.getValue();
	}

}
