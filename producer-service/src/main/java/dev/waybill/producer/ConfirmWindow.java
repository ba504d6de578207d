package dev.waybill.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The publishes of one channel that the broker has not confirmed, by the channel's own
 * publish numbers; decides which publication a confirm or a return belongs to.
 * <p>
 * A publish keeps its place until the broker says something of it, also when its request
 * was answered long ago: what a silent broker may still store stays bounded.
 */
final class ConfirmWindow {

	private final @Nullable Publication[] places;

	private final boolean[] returned;

	private final long[] publishedAt;

	private long oldest;

	private long next;

	private boolean ended;

	private volatile long recentLatency;

	/**
	 * Makes an empty window.
	 * @param size how many may be unconfirmed
	 * @param first the number of the channel's next publish
	 */
	ConfirmWindow(int size, long first) {
		this.places = new @Nullable Publication[size];
		this.returned = new boolean[size];
		this.publishedAt = new long[size];
		this.oldest = first;
		this.next = first;
	}

	/** Waits until there is a place; false where none came in time or it has ended. */
	synchronized boolean awaitPlace(long millis) throws InterruptedException {
		if (!this.ended && isFull()) {
			TimeUnit.MILLISECONDS.timedWait(this, millis);
		}
		return !this.ended && !isFull();
	}

	/**
	 * Notes the next publish, which must be made right after; false where it has ended,
	 * or there is no place.
	 */
	synchronized boolean add(Publication publication) {
		if (this.ended || isFull()) {
			return false;
		}
		int place = place(this.next++);
		this.places[place] = publication;
		this.returned[place] = false;
		this.publishedAt[place] = System.nanoTime();
		return true;
	}

	/** Notes that the broker had no queue for this publish; the confirm follows. */
	synchronized void markReturned(long number) {
		if (!this.ended && number >= this.oldest && number < this.next) {
			this.returned[place(number)] = true;
		}
	}

	/** Settles what the broker confirmed or refused, outside the lock. */
	void confirmed(long number, boolean multiple, boolean ack) {
		List<Publication> accepted = new ArrayList<>(1);
		List<Publication> unroutable = new ArrayList<>(0);
		List<Publication> nacked = new ArrayList<>(0);
		synchronized (this) {
			if (this.ended || number < this.oldest || number >= this.next) {
				return;
			}
			for (long n = multiple ? this.oldest : number; n <= number; n++) {
				int place = place(n);
				Publication publication = this.places[place];
				if (publication != null) {
					this.places[place] = null;
					note(System.nanoTime() - this.publishedAt[place]);
					(ack ? (this.returned[place] ? unroutable : accepted) : nacked).add(publication);
				}
			}
			while (this.oldest < this.next && this.places[place(this.oldest)] == null) {
				this.oldest++;
			}
			notifyAll();
		}
		settle(accepted, Settlement.ACCEPTED);
		settle(unroutable, Settlement.of(Reason.UNROUTABLE));
		settle(nacked, Settlement.of(Reason.NACKED));
	}

	/** Answers for what is past its deadline; its place stays taken. */
	void expire(long now) {
		List<Publication> late = new ArrayList<>(0);
		synchronized (this) {
			for (long n = this.oldest; n < this.next; n++) {
				Publication publication = this.places[place(n)];
				if (publication != null && publication.remaining(now) <= 0 && !publication.isSettled()) {
					late.add(publication);
				}
			}
		}
		late.forEach((publication) -> publication.settle(Settlement.of(Reason.CONFIRM_TIMEOUT)));
	}

	/**
	 * Ends it with its channel: nothing that comes later is credited to anything.
	 * @return what was unconfirmed, oldest first
	 */
	synchronized List<Publication> end() {
		List<Publication> unconfirmed = new ArrayList<>();
		for (long n = this.oldest; n < this.next; n++) {
			Publication publication = this.places[place(n)];
			if (publication != null) {
				unconfirmed.add(publication);
			}
		}
		this.ended = true;
		this.oldest = this.next;
		notifyAll();
		return unconfirmed;
	}

	/** Whether every request behind it has been answered. */
	synchronized boolean isSettled() {
		for (long n = this.oldest; n < this.next; n++) {
			Publication publication = this.places[place(n)];
			if (publication != null && !publication.isSettled()) {
				return false;
			}
		}
		return true;
	}

	synchronized int size() {
		int size = 0;
		for (long n = this.oldest; n < this.next; n++) {
			size += (this.places[place(n)] != null) ? 1 : 0;
		}
		return size;
	}

	/** Nanoseconds since the oldest unconfirmed publish; 0 when there is none. */
	synchronized long oldestAge(long now) {
		return (this.oldest == this.next) ? 0 : now - this.publishedAt[place(this.oldest)];
	}

	/** A moving average of the time from publish to confirm, in nanoseconds. */
	long recentLatency() {
		return this.recentLatency;
	}

	private void settle(List<Publication> publications, Settlement settlement) {
		for (Publication publication : publications) {
			if (!publication.settle(settlement)) {
				publication.settleLate(settlement);
			}
		}
	}

	private void note(long latency) {
		this.recentLatency += (latency - this.recentLatency) / 16;
	}

	/** By span, not by count: places are a ring, and confirms come nearly in order. */
	private boolean isFull() {
		return this.next - this.oldest >= this.places.length;
	}

	private int place(long number) {
		return (int) (number % this.places.length);
	}

}
