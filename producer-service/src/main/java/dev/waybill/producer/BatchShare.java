package dev.waybill.producer;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What all batches together may have in hand: at most half of what the service may, so
 * that single messages always find room.
 */
final class BatchShare {

	private final int concurrent;

	private final Semaphore batches;

	private final Semaphore lines;

	private final Semaphore bytes;

	private final ByteBudget budget;

	BatchShare(BatchSettings settings, PublishSettings publish, ByteBudget budget) {
		this.concurrent = settings.concurrent();
		this.batches = new Semaphore(this.concurrent);
		this.lines = new Semaphore(Math.max(1, publish.entryQueue() / 2), true);
		long half = Math.max(publish.budget() / 2, publish.maxMessageSize().toBytes());
		this.bytes = new Semaphore((int) Math.min(half, Integer.MAX_VALUE), true);
		this.budget = budget;
	}

	boolean begin() {
		return this.batches.tryAcquire();
	}

	void end() {
		this.batches.release();
	}

	/** How many batches are read, or wait for their answer. */
	int open() {
		return this.concurrent - this.batches.availablePermits();
	}

	/** Waits until one more line may be in hand; false where that takes too long. */
	boolean takeLine(long nanos) throws InterruptedException {
		return this.lines.tryAcquire(nanos, TimeUnit.NANOSECONDS);
	}

	void giveBackLine() {
		this.lines.release();
	}

	/** Waits until so many bytes more may be in hand; false where that takes too long. */
	boolean take(int count, long nanos) throws InterruptedException {
		long end = System.nanoTime() + nanos;
		if (!this.bytes.tryAcquire(count, nanos, TimeUnit.NANOSECONDS)) {
			return false;
		}
		boolean taken = false;
		try {
			taken = this.budget.take(count, end - System.nanoTime());
			return taken;
		}
		finally { // interrupted, too
			if (!taken) {
				this.bytes.release(count);
			}
		}
	}

	void giveBack(int count) {
		this.budget.giveBack(count);
		this.bytes.release(count);
	}

}
