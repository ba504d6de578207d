package dev.waybill.producer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/** Holds what waits for a lane, bounded by count. */
final class EntryQueue {

	private final int capacity;

	private final Deque<Publication> waiting = new ArrayDeque<>();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition arrived = this.lock.newCondition();

	private final Condition left = this.lock.newCondition();

	EntryQueue(int capacity) {
		this.capacity = capacity;
	}

	/**
	 * Adds it at the end, as soon as the queue is not full.
	 * @return false where that takes longer than the nanoseconds given
	 */
	boolean offer(Publication publication, long nanos) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			long wait = nanos;
			while (isFull() && wait > 0) {
				wait = this.left.awaitNanos(wait);
			}
			return addIfRoom(publication);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Adds it at the end, unless the queue is full. */
	boolean offer(Publication publication) {
		this.lock.lock();
		try {
			return addIfRoom(publication);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Puts back at the front what must be published once more; it was let in before, so
	 * it is let in again.
	 */
	void putBack(Publication publication) {
		this.lock.lock();
		try {
			this.waiting.addFirst(publication);
			this.arrived.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The next one, or null where none comes in time. */
	@Nullable Publication poll(long millis) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			long left = TimeUnit.MILLISECONDS.toNanos(millis);
			while (this.waiting.isEmpty() && left > 0) {
				left = this.arrived.awaitNanos(left);
			}
			Publication next = this.waiting.pollFirst();
			this.left.signal();
			return next;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Removes those for which this says so, each under the eyes of no lane. */
	void removeIf(Predicate<Publication> settled) {
		this.lock.lock();
		try {
			if (this.waiting.removeIf(settled)) {
				this.left.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	int size() {
		this.lock.lock();
		try {
			return this.waiting.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean addIfRoom(Publication publication) {
		if (isFull()) {
			return false;
		}
		this.waiting.addLast(publication);
		this.arrived.signal();
		return true;
	}

	private boolean isFull() {
		return this.waiting.size() >= this.capacity;
	}

}
