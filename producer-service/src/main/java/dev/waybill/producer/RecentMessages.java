package dev.waybill.producer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

import dev.waybill.contract.Receipt.Reading;
import org.jspecify.annotations.Nullable;

/**
 * The last messages that were published, for whoever asks for one; bounded by count.
 * <p>
 * A publish costs one store: there is no map of the ids, and who asks pays for the
 * search.
 */
final class RecentMessages {

	/** Of the lanes that run, and as many of those that have ended. */
	static final int CAPACITY = 10_000;

	private static final int MOST_ENDED = 100;

	private final int capacityOfLane;

	private final Map<Long, Lane> lanes = new ConcurrentHashMap<>();

	private final Deque<Lane> ended = new ArrayDeque<>();

	RecentMessages(int lanes) {
		this.capacityOfLane = CAPACITY / lanes;
	}

	/** Begins with what a lane publishes. */
	Lane open(long source) {
		Lane lane = new Lane(source, this.capacityOfLane);
		this.lanes.put(source, lane);
		return lane;
	}

	/**
	 * Notes what a consumer reported.
	 * @return the message's id where the broker has not said that it is stored
	 */
	@Nullable String accounted(Reading reading, long accountedAt) {
		Lane lane = this.lanes.get(reading.source());
		Copy copy = (lane != null) ? lane.get(reading.sequence()) : null;
		if (copy == null) {
			return null;
		}
		copy.accounted(reading.receivedAt(), reading.endedAt(), accountedAt);
		return (copy.word() != Copy.Word.CONFIRMED) ? copy.messageId() : null;
	}

	/** All publishes of a message that are remembered, the first one first. */
	List<Copy> find(String messageId) {
		List<Copy> found = new ArrayList<>(1);
		this.lanes.values().forEach((lane) -> lane.find(messageId, found));
		found.sort(Comparator.comparingLong(Copy::publishedAt));
		return found;
	}

	private synchronized void close(Lane lane) {
		lane.trim();
		this.ended.addLast(lane);
		while (this.ended.size() > MOST_ENDED || this.ended.stream().mapToInt(Lane::size).sum() > CAPACITY) {
			this.lanes.remove(this.ended.removeFirst().source);
		}
	}

	/** What one lane has published last. */
	final class Lane {

		private final long source;

		/** By number, in a ring. */
		private volatile AtomicReferenceArray<Copy> copies;

		private long noted;

		private Lane(long source, int capacity) {
			this.source = source;
			this.copies = new AtomicReferenceArray<>(capacity);
		}

		/** Notes the next publish. Only for the lane's thread. */
		void note(Copy copy) {
			this.noted = copy.sequence();
			this.copies.setRelease(place(copy.sequence(), this.copies.length()), copy);
		}

		/** Nothing more is published. */
		void close() {
			RecentMessages.this.close(this);
		}

		private void find(String messageId, List<Copy> found) {
			AtomicReferenceArray<Copy> all = this.copies;
			for (int i = 0; i < all.length(); i++) {
				Copy copy = all.getAcquire(i);
				if (copy != null && copy.messageId().equals(messageId)) {
					found.add(copy);
				}
			}
		}

		private @Nullable Copy get(long sequence) {
			AtomicReferenceArray<Copy> all = this.copies;
			Copy copy = (all.length() > 0) ? all.getAcquire(place(sequence, all.length())) : null;
			return (copy != null && copy.sequence() == sequence) ? copy : null;
		}

		private int size() {
			return this.copies.length();
		}

		/** A lane that published little must not take the place of others. */
		private void trim() {
			if (this.noted < this.copies.length()) {
				AtomicReferenceArray<Copy> fewer = new AtomicReferenceArray<>((int) this.noted);
				for (int i = 0; i < fewer.length(); i++) {
					fewer.set(i, this.copies.get(i));
				}
				this.copies = fewer;
			}
		}

		private static int place(long sequence, int length) {
			return (int) ((sequence - 1) % length);
		}

	}

}
