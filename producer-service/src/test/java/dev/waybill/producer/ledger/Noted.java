package dev.waybill.producer.ledger;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;

/**
 * The least thing that checkpoints can keep: numbers up to one, and what was said of
 * them. Its records may be of any size.
 */
final class Noted extends Checkpointed {

	private final int recordSize;

	private long merged;

	private long inRecord;

	private long onDisk;

	private boolean passing;

	private boolean ended;

	volatile boolean wanted;

	volatile @Nullable CountDownLatch stuck;

	volatile @Nullable RuntimeException broken;

	Noted(int recordSize) {
		this.recordSize = Math.max(9, recordSize);
	}

	/** The highest number of the records. */
	static long merged(List<byte[]> records) {
		return records.isEmpty() ? 0 : ByteBuffer.wrap(records.get(records.size() - 1)).getLong();
	}

	static boolean endedCleanly(List<byte[]> records) {
		return !records.isEmpty() && records.get(records.size() - 1)[8] == 1;
	}

	synchronized long merge() {
		return ++this.merged;
	}

	synchronized long onDisk() {
		return this.onDisk;
	}

	synchronized boolean isPassing() {
		return this.passing;
	}

	@Override
	byte @Nullable [] changes() {
		CountDownLatch latch = this.stuck;
		if (latch != null) {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
		RuntimeException failure = this.broken;
		if (failure != null) {
			throw failure;
		}
		synchronized (this) {
			this.wanted = false;
			return (this.merged == this.inRecord && !this.ended) ? null : everything();
		}
	}

	@Override
	synchronized byte[] everything() {
		this.inRecord = this.merged;
		return ByteBuffer.allocate(this.recordSize).putLong(this.merged).put((byte) (this.ended ? 1 : 0)).array();
	}

	@Override
	synchronized void written() {
		this.onDisk = this.inRecord;
	}

	@Override
	synchronized void notWritten() {
		this.inRecord = this.onDisk;
	}

	@Override
	synchronized void degraded(boolean degraded) {
		this.passing = degraded;
	}

	@Override
	boolean wantsCheckpoint() {
		return this.wanted;
	}

	@Override
	synchronized void endCleanly() {
		this.ended = true;
	}

}
