package dev.waybill.load;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/** What happened in one stretch of load: counts are of messages. */
final class Stretch {

	private final Pace pace;

	private final int messagesPerRequest;

	private final Latencies latencies = new Latencies();

	private final long[] outcomes = new long[Outcome.values().length];

	private long sent;

	private long sentInTime;

	private long unanswered;

	private long notOurs;

	private @Nullable String firstNotOurs;

	private long sentBefore;

	private long acceptedBefore;

	private long lookedAt;

	Stretch(Pace pace, int messagesPerRequest) {
		this.pace = pace;
		this.messagesPerRequest = messagesPerRequest;
		this.lookedAt = pace.start();
	}

	Pace pace() {
		return this.pace;
	}

	Latencies latencies() {
		return this.latencies;
	}

	void sent(long now) {
		this.sent += this.messagesPerRequest;
		if (this.pace.isInTime(now)) {
			this.sentInTime += this.messagesPerRequest;
		}
	}

	void settled(Outcome outcome, long nanos) {
		this.outcomes[outcome.ordinal()]++;
		this.latencies.record(outcome, nanos);
	}

	void unanswered() {
		this.unanswered += this.messagesPerRequest;
	}

	void notOurs(String why) {
		this.notOurs++;
		this.firstNotOurs = (this.firstNotOurs != null) ? this.firstNotOurs : why;
	}

	long count(Outcome outcome) {
		return this.outcomes[outcome.ordinal()];
	}

	/** Sent, and nothing known of it yet. */
	long outstanding() {
		return this.sent - count(Outcome.ACCEPTED) - count(Outcome.REJECTED) - count(Outcome.UNKNOWN);
	}

	/** How many should have been sent; where closed, what was. */
	long offered() {
		return this.pace.isOpen() ? this.pace.requests() * this.messagesPerRequest : this.sentInTime;
	}

	/** What was sent while load was offered. */
	long sentInTime() {
		return this.sentInTime;
	}

	/** Never sent, since no connection was free. */
	long notSent() {
		return Math.max(0, offered() - this.sent);
	}

	/** Sent without an answer: the connection broke, or it took too long. */
	long unansweredCount() {
		return this.unanswered;
	}

	/** Answers that are no producer's, at least in part. */
	long notOursCount() {
		return this.notOurs;
	}

	@Nullable String firstNotOurs() {
		return this.firstNotOurs;
	}

	private double seconds() {
		return (this.pace.end() - this.pace.start()) / 1e9;
	}

	double offeredRate() {
		return offered() / seconds();
	}

	double sentRate() {
		return this.sentInTime / seconds();
	}

	double acceptedRate() {
		return count(Outcome.ACCEPTED) / seconds();
	}

	/**
	 * Under 99 % of the rate: then the latencies are of another load than was asked for.
	 */
	boolean isTooSlow() {
		return this.sentInTime < 0.99 * offered();
	}

	/** A line on what happened since the last one. */
	String progress(long now) {
		double seconds = (now - this.lookedAt) / 1e9;
		long accepted = count(Outcome.ACCEPTED);
		StringBuilder line = new StringBuilder(String.format(Locale.ROOT,
				"%5d s  sent %.0f/s  accepted %.0f/s  p50 %.2f ms  p99 %.2f ms  outstanding %d",
				TimeUnit.NANOSECONDS.toSeconds(now - this.pace.start()), (this.sent - this.sentBefore) / seconds,
				(accepted - this.acceptedBefore) / seconds, this.latencies.recentMillis(50),
				this.latencies.recentMillis(99), outstanding()));
		if (this.pace.isOpen()) {
			long due = (this.pace.due(now) - this.pace.first()) * this.messagesPerRequest;
			line.append("  waiting ").append(Math.max(0, due - this.sent));
		}
		if (accepted < this.sent - outstanding()) {
			line.append("  rejected ").append(count(Outcome.REJECTED));
			line.append("  unknown ").append(count(Outcome.UNKNOWN));
		}
		this.latencies.forgetRecent();
		this.sentBefore = this.sent;
		this.acceptedBefore = accepted;
		this.lookedAt = now;
		return line.toString();
	}

}
