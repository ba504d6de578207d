package dev.waybill.producer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Counts what becomes of each attempt.
 * <p>
 * Always: attempts = accepted + rejected + unknown + in flight, where the outcomes are
 * the counts of {@code waybill_publish_seconds}; and the problems of an outcome are its
 * count, but for accepted, which has none. Replayed answers are no attempts.
 */
final class ProducerMetrics {

	private static final Duration[] BUCKETS = { Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(5),
			Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofMillis(50), Duration.ofMillis(100),
			Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMillis(2500),
			Duration.ofSeconds(5), Duration.ofSeconds(10) };

	private final Timer[] settled = new Timer[Outcome.values().length];

	private final Counter[] late = new Counter[Outcome.values().length];

	private final Counter[][] problems = new Counter[Reason.values().length][Outcome.values().length];

	/** When each reason was last given, in milliseconds since the epoch; 0 for never. */
	private final AtomicLongArray lastProblems = new AtomicLongArray(Reason.values().length);

	private final RecentLatency latency = new RecentLatency();

	private final Counter attempts;

	private final AtomicInteger inFlight = new AtomicInteger();

	private final Counter replayed;

	private final Counter republished;

	private final Counter laneStarts;

	ProducerMetrics(MeterRegistry registry) {
		this.attempts = Counter.builder("waybill.publish.attempts")
			.description("Messages that a client asked to publish, replayed answers aside")
			.register(registry);
		Gauge.builder("waybill.publish.in.flight", this.inFlight, AtomicInteger::get)
			.description("Attempts whose outcome is not known yet")
			.register(registry);
		this.replayed = Counter.builder("waybill.publish.replayed")
			.description("Answers repeated for a key that had been accepted")
			.register(registry);
		this.republished = Counter.builder("waybill.publish.republished")
			.description("Messages published once more because their channel died")
			.register(registry);
		this.laneStarts = Counter.builder("waybill.lane.starts")
			.description("Channels opened for publishing")
			.register(registry);
		for (Outcome outcome : Outcome.values()) {
			this.settled[outcome.ordinal()] = Timer.builder("waybill.publish")
				.description("From taking a message in to knowing its outcome")
				.tag("outcome", outcome.text())
				.serviceLevelObjectives(BUCKETS)
				.register(registry);
			this.late[outcome.ordinal()] = Counter.builder("waybill.publish.late")
				.description("Confirms and refusals that came after the answer, which was unknown")
				.tag("outcome", outcome.text())
				.register(registry);
		}
		for (Reason reason : Reason.values()) {
			for (Outcome outcome : new Outcome[] { Outcome.REJECTED, Outcome.UNKNOWN }) {
				this.problems[reason.ordinal()][outcome.ordinal()] = Counter.builder("waybill.publish.problems")
					.description("Attempts that were not accepted, by reason")
					.tag("reason", reason.text())
					.tag("outcome", outcome.text())
					.register(registry);
			}
		}
	}

	void attempted() {
		this.attempts.increment();
		this.inFlight.incrementAndGet();
	}

	void replayed() {
		this.replayed.increment();
	}

	void republished() {
		this.republished.increment();
	}

	void laneStarted() {
		this.laneStarts.increment();
	}

	/** An attempt that began at the given {@link System#nanoTime()} has its outcome. */
	void settled(Settlement settlement, long started) {
		long taken = System.nanoTime() - started;
		this.settled[settlement.outcome().ordinal()].record(taken, TimeUnit.NANOSECONDS);
		this.inFlight.decrementAndGet();
		Reason reason = settlement.reason();
		if (reason != null) {
			this.problems[reason.ordinal()][settlement.outcome().ordinal()].increment();
			this.lastProblems.set(reason.ordinal(), System.currentTimeMillis());
		}
		else {
			this.latency.record(taken);
		}
	}

	RecentLatency latency() {
		return this.latency;
	}

	/** The reasons that were given since the start, the latest first. */
	List<Problem> lastProblems() {
		List<Problem> given = new ArrayList<>();
		for (Reason reason : Reason.values()) {
			long lastAt = this.lastProblems.get(reason.ordinal());
			if (lastAt != 0) {
				Counter[] counts = this.problems[reason.ordinal()];
				given.add(new Problem(reason.text(), (long) counts[Outcome.REJECTED.ordinal()].count(),
						(long) counts[Outcome.UNKNOWN.ordinal()].count(), lastAt, reason.detail()));
			}
		}
		given.sort(Comparator.comparingLong(Problem::lastAt).reversed());
		return given;
	}

	void settledLate(Settlement settlement) {
		this.late[settlement.outcome().ordinal()].increment();
	}

	/**
	 * How often something went wrong since the start.
	 *
	 * @param reason why
	 * @param rejected how many attempts it rejected
	 * @param unknown how many it left unknown
	 * @param lastAt when last, in milliseconds since the epoch
	 * @param detail what it means
	 */
	record Problem(String reason, long rejected, long unknown, long lastAt, String detail) {
	}

}
