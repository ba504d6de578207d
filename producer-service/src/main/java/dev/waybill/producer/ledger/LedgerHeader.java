package dev.waybill.producer.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * The first block of a ledger file: whose it is, since when, and a mark that can be set
 * where no space is left, since it overwrites what is there.
 * <p>
 * Magic (8 bytes) and format version (4) stay where they are in every version. Then, in
 * version 1: since (8 bytes seconds, 4 nanoseconds), the file's length when it was made
 * (8), the length of the instance's name (1) and the name (64), CRC-32C of all that (4).
 *
 * @param instance whose ledger it is
 * @param since when the ledger began
 * @param base how long the file was when it was made: what is before has been whole
 */
record LedgerHeader(String instance, Instant since, long base) {

	static final int SIZE = 4096;

	static final int VERSION = 1;

	/** A sector of its own, so that to overwrite it touches nothing else. */
	static final int MARK = 2048;

	static final int MARK_SIZE = 512;

	private static final long MAGIC = 0x57424c4544474552L; // WBLEDGER

	private static final int NAME = 64;

	private static final int CRC = 8 + 4 + 8 + 4 + 8 + 1 + NAME;

	ByteBuffer encode(boolean marked) {
		byte[] name = this.instance.getBytes(StandardCharsets.US_ASCII);
		if (name.length > NAME) {
			throw new IllegalArgumentException("the instance '" + this.instance + "' is longer than " + NAME);
		}
		ByteBuffer block = ByteBuffer.allocate(SIZE);
		block.putLong(MAGIC).putInt(VERSION);
		block.putLong(this.since.getEpochSecond()).putInt(this.since.getNano()).putLong(this.base);
		block.put((byte) name.length).put(name);
		block.putInt(CRC, crc(block.array()));
		block.put(MARK, mark(marked).array());
		return block.clear();
	}

	/** What stands where the mark is. */
	static ByteBuffer mark(boolean marked) {
		ByteBuffer mark = ByteBuffer.allocate(MARK_SIZE);
		if (marked) {
			mark.put("GAP".getBytes(StandardCharsets.US_ASCII));
		}
		return mark.clear();
	}

	/**
	 * Anything but a whole unset mark counts: the power may have failed while it was
	 * written.
	 */
	static boolean isMarked(byte[] block) {
		for (int at = MARK; at < MARK + MARK_SIZE; at++) {
			if (block[at] != 0) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Reads it.
	 * @param block the first bytes of a file, at most {@link #SIZE}
	 * @throws UnreadableException if it is none, or a newer one, or damaged
	 */
	static LedgerHeader decode(byte[] block) throws UnreadableException {
		ByteBuffer in = ByteBuffer.wrap(block);
		if (block.length < 12 || in.getLong() != MAGIC) {
			throw new UnreadableException("is not a ledger; name another file, or move this one away");
		}
		int version = in.getInt();
		if (version > VERSION) {
			throw new UnreadableException(
					"was written by a newer version, in format " + version + " where this one knows up to " + VERSION
							+ "; start that version again, or move the file away to begin a new ledger");
		}
		if (version < 1 || block.length < SIZE || in.getInt(CRC) != crc(block)) {
			throw new UnreadableException(
					"is damaged in its first block; restore it, or move it away to begin a new ledger");
		}
		Instant since = Instant.ofEpochSecond(in.getLong(), in.getInt());
		long base = in.getLong();
		byte[] name = new byte[in.get()];
		in.get(name);
		return new LedgerHeader(new String(name, StandardCharsets.US_ASCII), since, base);
	}

	private static int crc(byte[] block) {
		CRC32C crc = new CRC32C();
		crc.update(block, 0, CRC);
		return (int) crc.getValue();
	}

	/** Why a file is not read, as the end of a sentence that begins with its name. */
	static final class UnreadableException extends Exception {

		private static final long serialVersionUID = 1L;

		UnreadableException(String why) {
			super(why);
		}

		String why() {
			return String.valueOf(getMessage());
		}

	}

}
