package dev.waybill.producer;

import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/** Holds what waits for a lane, bounded by count. */
final class EntryQueue {

	private final BlockingQueue<Publication> waiting;

	/** What goes first, and beyond the bound: it was let in before. */
	private final Deque<Publication> again = new ConcurrentLinkedDeque<>();

	EntryQueue(int capacity) {
		this.waiting = new LinkedBlockingQueue<>(capacity);
	}

	/**
	 * Adds it at the end, as soon as the queue is not full.
	 * @return false where that takes longer than the nanoseconds given
	 */
	boolean offer(Publication publication, long nanos) throws InterruptedException {
		return this.waiting.offer(publication, nanos, TimeUnit.NANOSECONDS);
	}

	/** Adds it at the end, unless the queue is full. */
	boolean offer(Publication publication) {
		return this.waiting.offer(publication);
	}

	/**
	 * Puts back at the front what must be published once more. Wakes nobody: the lane
	 * that gave it back is the next to look, or another when its wait is over.
	 */
	void putBack(Publication publication) {
		this.again.addFirst(publication);
	}

	/** The next one, or null where none comes in time. */
	@Nullable Publication poll(long millis) throws InterruptedException {
		Publication next = this.again.pollFirst();
		return (next != null) ? next : this.waiting.poll(millis, TimeUnit.MILLISECONDS);
	}

	/**
	 * Removes those for which this says so, whether or not a lane has just taken them.
	 */
	void removeIf(Predicate<Publication> settled) {
		this.again.removeIf(settled);
		this.waiting.removeIf(settled);
	}

	int size() {
		return this.again.size() + this.waiting.size();
	}

}
