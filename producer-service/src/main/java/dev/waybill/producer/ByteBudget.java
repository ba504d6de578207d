package dev.waybill.producer;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds the bytes of bodies in hand; taken before they are read. */
final class ByteBudget {

	private final long limit;

	private final AtomicLong taken = new AtomicLong();

	ByteBudget(long limit) {
		this.limit = limit;
	}

	boolean tryTake(long bytes) {
		if (this.taken.addAndGet(bytes) <= this.limit) {
			return true;
		}
		this.taken.addAndGet(-bytes);
		return false;
	}

	/**
	 * Takes them as soon as there is room; looks again each millisecond, since whoever
	 * waits here is rare and in no hurry.
	 * @return false where that takes longer than the nanoseconds given
	 */
	boolean take(long bytes, long nanos) throws InterruptedException {
		long end = System.nanoTime() + nanos;
		while (!tryTake(bytes)) {
			if (System.nanoTime() - end >= 0) {
				return false;
			}
			Thread.sleep(1);
		}
		return true;
	}

	void giveBack(long bytes) {
		this.taken.addAndGet(-bytes);
	}

	long taken() {
		return this.taken.get();
	}

	/** For one body, which has taken nothing yet. */
	Part part() {
		return new Part();
	}

	/** What one body has taken; for one thread at a time. */
	final class Part {

		private long bytes;

		boolean tryTake(long more) {
			boolean taken = ByteBudget.this.tryTake(more);
			this.bytes += taken ? more : 0;
			return taken;
		}

		/** Gives back all but so many. */
		void giveBackAllBut(long needed) {
			giveBack(this.bytes - needed);
			this.bytes = needed;
		}

	}

}
