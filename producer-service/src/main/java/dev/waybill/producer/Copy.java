package dev.waybill.producer;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * One publish of a message, by its number; remembers what has become known of it and
 * when.
 * <p>
 * It outlives its place in the window for {@link RecentMessages}, so it lets go of the
 * publication, and all that hangs on that, with the broker's word. Times are microseconds
 * since the epoch, 0 while they are not known; those of the consumer are by its clock.
 */
final class Copy {

	private final String messageId;

	private final long source;

	private final long sequence;

	private final long acceptedAt;

	private final long startedNanos;

	private final long publishedNanos;

	private @Nullable Publication publication;

	private boolean returned;

	private volatile @Nullable Word word;

	private volatile long wordNanos;

	private volatile @Nullable Ending ending;

	Copy(Publication publication, long source, long sequence, long publishedNanos) {
		this.publication = publication;
		this.messageId = publication.message().messageId();
		this.source = source;
		this.sequence = sequence;
		this.acceptedAt = publication.acceptedAt();
		this.startedNanos = publication.startedNanos();
		this.publishedNanos = publishedNanos;
	}

	/** A marker, which is no message and has no number. */
	Copy(long publishedNanos) {
		this.messageId = "";
		this.source = 0;
		this.sequence = 0;
		this.acceptedAt = 0;
		this.startedNanos = publishedNanos;
		this.publishedNanos = publishedNanos;
	}

	String messageId() {
		return this.messageId;
	}

	long source() {
		return this.source;
	}

	long sequence() {
		return this.sequence;
	}

	long publishedNanos() {
		return this.publishedNanos;
	}

	/** The message that waits for a word; null for a marker. Under the window's lock. */
	@Nullable Publication publication() {
		return this.publication;
	}

	/** The broker had no queue for it; its confirm follows. Under the window's lock. */
	void markReturned() {
		this.returned = true;
	}

	boolean isReturned() {
		return this.returned;
	}

	/** A word about it; a later one stands in place of an earlier. */
	void say(Word said, long nanos) {
		this.wordNanos = nanos;
		this.word = said;
		if (said != Word.UNCONFIRMED) {
			this.publication = null;
		}
	}

	/** Nothing will be said of it over this channel any more. */
	void end(long nanos) {
		if (this.word == null) {
			say(Word.UNCONFIRMED, nanos);
		}
		this.publication = null;
	}

	/** A consumer has reported how it ended. */
	void accounted(long receivedAt, long endedAt, long accountedAt) {
		this.ending = new Ending(receivedAt, endedAt, accountedAt);
	}

	long acceptedAt() {
		return this.acceptedAt;
	}

	long publishedAt() {
		return at(this.publishedNanos);
	}

	@Nullable Word word() {
		return this.word;
	}

	long wordAt() {
		return at(this.wordNanos);
	}

	@Nullable Ending ending() {
		return this.ending;
	}

	private long at(long nanos) {
		return this.acceptedAt + TimeUnit.NANOSECONDS.toMicros(nanos - this.startedNanos);
	}

	/** What the broker has said of it. */
	enum Word {

		/** It is stored, routed. */
		CONFIRMED,

		/** There was no queue for it. */
		RETURNED,

		/** It was refused. */
		NACKED,

		/** Nothing before its deadline, or before its channel ended. */
		UNCONFIRMED;

		private final String text = name().toLowerCase(Locale.ROOT);

		/** The step in answers. */
		String text() {
			return this.text;
		}

	}

	/**
	 * What a consumer has reported.
	 *
	 * @param receivedAt when it had it, by its clock
	 * @param endedAt when it was through with it, by its clock
	 * @param accountedAt when we had the receipt, by our clock
	 */
	record Ending(long receivedAt, long endedAt, long accountedAt) {
	}

}
