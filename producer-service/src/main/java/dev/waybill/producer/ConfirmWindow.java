package dev.waybill.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.waybill.producer.Copy.Word;
import dev.waybill.producer.ledger.LaneAccount;
import org.jspecify.annotations.Nullable;

/**
 * The publishes of one channel that the broker has not confirmed, by the channel's own
 * publish numbers; decides which publish a confirm or a return belongs to, and tells it
 * to the ledger.
 * <p>
 * A publish keeps its place until the broker says something of it, also when its request
 * was answered long ago: what a silent broker may still store stays bounded. The ledger
 * is told under the lock, so that of two words about a number the later stands there too;
 * requests are answered outside of it. Long because numbers are given and settled here
 * alone.
 */
final class ConfirmWindow {

	private final LaneAccount account;

	private final @Nullable Copy[] places;

	private long oldest;

	private long next;

	private boolean ended;

	private volatile long recentLatency;

	/**
	 * Makes an empty window.
	 * @param size how many may be unconfirmed
	 * @param first the number of the channel's next publish
	 * @param account gives the numbers and is told what became of them
	 */
	ConfirmWindow(int size, long first, LaneAccount account) {
		this.account = account;
		this.places = new @Nullable Copy[size];
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

	/** Waits until at most so many are unconfirmed, or so long, or until it has ended. */
	synchronized void awaitFew(int most, long nanos) throws InterruptedException {
		long end = System.nanoTime() + nanos;
		for (long left = nanos; this.next - this.oldest > most && left > 0; left = end - System.nanoTime()) {
			TimeUnit.NANOSECONDS.timedWait(this, left);
		}
	}

	synchronized boolean hasPlace() {
		return !this.ended && !isFull();
	}

	/**
	 * Numbers the next publish, which must be made right after; null, and no number is
	 * given, where it has ended or there is no place.
	 */
	synchronized @Nullable Copy add(Publication publication) {
		if (this.ended || isFull()) {
			return null;
		}
		Copy copy = new Copy(publication, this.account.source(), this.account.next(), System.nanoTime());
		publication.published(copy);
		this.places[place(this.next++)] = copy;
		return copy;
	}

	/**
	 * The same for a marker, which takes a publish number of the channel, and no other.
	 */
	synchronized boolean addMarker() {
		if (this.ended || isFull()) {
			return false;
		}
		this.places[place(this.next++)] = new Copy(System.nanoTime());
		return true;
	}

	/** Notes that the broker had no queue for this number; the confirm follows. */
	synchronized void markReturned(long sequence) {
		for (long n = this.oldest; !this.ended && n < this.next; n++) {
			Copy copy = this.places[place(n)];
			if (copy != null && copy.sequence() == sequence) {
				copy.markReturned();
				return;
			}
		}
	}

	/** Settles what the broker confirmed or refused, requests outside the lock. */
	void confirmed(long number, boolean multiple, boolean ack) {
		List<Publication> accepted = new ArrayList<>(1);
		List<Publication> unroutable = new ArrayList<>(0);
		List<Publication> nacked = new ArrayList<>(0);
		synchronized (this) {
			if (this.ended || number < this.oldest || number >= this.next) {
				return;
			}
			long now = System.nanoTime();
			for (long n = multiple ? this.oldest : number; n <= number; n++) {
				int place = place(n);
				Copy copy = this.places[place];
				if (copy != null) {
					this.places[place] = null;
					note(now - copy.publishedNanos());
					Publication publication = copy.publication();
					Word word = ack ? (copy.isReturned() ? Word.RETURNED : Word.CONFIRMED) : Word.NACKED;
					if (publication != null) {
						tell(copy, word, now);
						((word == Word.CONFIRMED) ? accepted : (word == Word.RETURNED) ? unroutable : nacked)
							.add(publication);
					}
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
				Copy copy = this.places[place(n)];
				Publication publication = (copy != null) ? copy.publication() : null;
				if (copy != null && publication != null && publication.remaining(now) <= 0 && copy.word() == null) {
					tell(copy, Word.UNCONFIRMED, now);
					late.add(publication);
				}
			}
		}
		late.forEach((publication) -> publication.settle(Settlement.of(Reason.CONFIRM_TIMEOUT)));
	}

	/**
	 * Ends it with its channel: nothing that comes later is credited to anything, and no
	 * number is given.
	 * @return what was unconfirmed, oldest first
	 */
	synchronized List<Publication> end() {
		List<Publication> unconfirmed = new ArrayList<>();
		long now = System.nanoTime();
		for (long n = this.oldest; n < this.next; n++) {
			Copy copy = this.places[place(n)];
			Publication publication = (copy != null) ? copy.publication() : null;
			if (copy != null && publication != null) {
				unconfirmed.add(publication);
				copy.end(now);
			}
		}
		this.account.end();
		this.ended = true;
		this.oldest = this.next;
		notifyAll();
		return unconfirmed;
	}

	/** Whether every request behind it has been answered. */
	synchronized boolean isSettled() {
		for (long n = this.oldest; n < this.next; n++) {
			Copy copy = this.places[place(n)];
			Publication publication = (copy != null) ? copy.publication() : null;
			if (publication != null && !publication.isSettled()) {
				return false;
			}
		}
		return true;
	}

	/** How many publishes are unconfirmed, markers included. */
	synchronized int size() {
		int size = 0;
		for (long n = this.oldest; n < this.next; n++) {
			size += (this.places[place(n)] != null) ? 1 : 0;
		}
		return size;
	}

	/** Nanoseconds since the oldest unconfirmed publish; 0 when there is none. */
	synchronized long oldestAge(long now) {
		Copy copy = (this.oldest == this.next) ? null : this.places[place(this.oldest)];
		return (copy != null) ? now - copy.publishedNanos() : 0;
	}

	/** A moving average of the time from publish to confirm, in nanoseconds. */
	long recentLatency() {
		return this.recentLatency;
	}

	private void tell(Copy copy, Word word, long now) {
		switch (word) {
			case CONFIRMED -> this.account.accepted(copy.sequence());
			case RETURNED, NACKED -> this.account.rejected(copy.sequence());
			case UNCONFIRMED -> this.account.unknown(copy.sequence());
		}
		copy.say(word, now);
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
