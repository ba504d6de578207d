package dev.waybill.producer;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts a body into lines as it comes, and decides how much of it is in memory: one block,
 * a line that is longer only when there is room for the longest, and what it has given
 * out.
 */
final class LineReader {

	private static final int BLOCK = 8 * 1024;

	private final InputStream in;

	private final long declared;

	private final int longest;

	private final long most;

	private final long endNanos;

	private final BatchShare share;

	private final byte[] block = new byte[BLOCK];

	private int from;

	private int to;

	private long read;

	private boolean ended;

	/**
	 * Begins to read.
	 * @param in the body
	 * @param declared its bytes, -1 where that is not known
	 * @param longest bytes that a line may have
	 * @param most bytes that the body may have
	 * @param endNanos when it must have come, by {@link System#nanoTime()}
	 * @param share where the bytes of each line are taken
	 */
	LineReader(InputStream in, long declared, int longest, long most, long endNanos, BatchShare share) {
		this.in = in;
		this.declared = declared;
		this.longest = longest;
		this.most = most;
		this.endNanos = endNanos;
		this.share = share;
	}

	/** Whether there is no more to come. */
	boolean isAtEnd() throws IOException {
		while (this.from == this.to && !this.ended) {
			fill();
		}
		return this.from == this.to;
	}

	/**
	 * The next line, without its end; its bytes have been taken from the share, and are
	 * the caller's to give back.
	 * @param nanos how long it may wait for room
	 * @throws RefusedException where this line is too long or there is no room for it; it
	 * is skipped
	 * @throws IOException where the body breaks off, or goes on for too long
	 */
	byte[] next(long nanos) throws IOException, InterruptedException {
		int end = endInBlock();
		if (end < 0) {
			return longLine(nanos);
		}
		int length = withoutReturn(this.block, this.from, end) - this.from;
		int begin = this.from;
		this.from = Math.min(end + 1, this.to);
		if (length > this.longest) {
			throw tooLong();
		}
		if (!this.share.take(length, nanos)) {
			throw noRoom();
		}
		return Arrays.copyOfRange(this.block, begin, begin + length);
	}

	private byte[] longLine(long nanos) throws IOException, InterruptedException {
		RefusedException refusal = this.share.take(this.longest, nanos) ? null : noRoom();
		int taken = (refusal == null) ? this.longest : 0;
		ByteArrayOutputStream line = new ByteArrayOutputStream((refusal == null) ? 2 * BLOCK : 0);
		try {
			for (int end = -1; end < 0;) {
				end = endInBlock();
				int length = ((end < 0) ? this.to : end) - this.from;
				// One more, which may be the return of its end.
				if (refusal == null && line.size() + length > this.longest + 1) {
					refusal = tooLong();
					line = new ByteArrayOutputStream(0);
				}
				if (refusal == null) {
					line.write(this.block, this.from, length);
				}
				this.from = (end < 0) ? this.to : Math.min(end + 1, this.to);
			}
			byte[] bytes = line.toByteArray();
			int length = withoutReturn(bytes, 0, bytes.length);
			if (refusal == null && length > this.longest) {
				refusal = tooLong();
			}
			if (refusal != null) {
				throw refusal;
			}
			byte[] whole = (length == bytes.length) ? bytes : Arrays.copyOf(bytes, length);
			taken = this.longest - length;
			return whole;
		}
		finally {
			this.share.giveBack(taken);
		}
	}

	private static int withoutReturn(byte[] bytes, int begin, int end) {
		return (end > begin && bytes[end - 1] == '\r') ? end - 1 : end;
	}

	/** Where the line ends that begins the block; -1 where the block is too small. */
	private int endInBlock() throws IOException {
		int at = this.from;
		while (true) {
			for (; at < this.to; at++) {
				if (this.block[at] == '\n') {
					return at;
				}
			}
			if (this.ended) {
				return at;
			}
			if (this.from > 0) {
				System.arraycopy(this.block, this.from, this.block, 0, this.to - this.from);
				at -= this.from;
				this.to -= this.from;
				this.from = 0;
			}
			if (this.to == BLOCK) {
				return -1;
			}
			fill();
		}
	}

	private void fill() throws IOException {
		if (this.from == this.to) {
			this.from = 0;
			this.to = 0;
		}
		int count = this.in.read(this.block, this.to, BLOCK - this.to);
		if (count < 0) {
			if (this.read < this.declared) {
				throw new EOFException("it ended after " + this.read + " of " + this.declared + " bytes");
			}
			this.ended = true;
			return;
		}
		this.read += count;
		this.to += count;
		if (this.read > this.most) {
			throw new BeyondLimitException(Reason.TOO_LARGE, "the body is larger than " + this.most + " bytes");
		}
		if (System.nanoTime() - this.endNanos > 0) {
			throw new BeyondLimitException(Reason.TOO_SLOW, "the body took longer than it may to come");
		}
	}

	private RefusedException tooLong() {
		return new RefusedException(Reason.TOO_LARGE, "The line is longer than " + this.longest + " bytes", null);
	}

	private static RefusedException noRoom() {
		return new RefusedException(Reason.OVERLOADED, Reason.OVERLOADED.detail(), null);
	}

}
