package dev.waybill.producer;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds the bytes of bodies in hand; taken before a body is read. */
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

	void giveBack(long bytes) {
		this.taken.addAndGet(-bytes);
	}

	long taken() {
		return this.taken.get();
	}

}
