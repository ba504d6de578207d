package dev.waybill.producer;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Counts receipts, and how long it takes until a message is accounted for. */
final class LedgerMetrics {

	private static final Duration[] BUCKETS = { Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofMillis(50),
			Duration.ofMillis(100), Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1),
			Duration.ofMillis(2500), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30),
			Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofHours(1) };

	private final Counter[] receipts = new Counter[Fate.values().length];

	private final Timer accounted;

	private final Counter skewed;

	LedgerMetrics(MeterRegistry registry) {
		for (Fate fate : Fate.values()) {
			this.receipts[fate.ordinal()] = Counter.builder("waybill.receipts")
				.description("Receipts that consumers sent, by what became of them")
				.tag("outcome", fate.name().toLowerCase(Locale.ROOT))
				.register(registry);
		}
		this.accounted = Timer.builder("waybill.accounted")
			.description("From taking a message in to having its receipt, by one clock")
			.serviceLevelObjectives(BUCKETS)
			.register(registry);
		this.skewed = Counter.builder("waybill.clock.skew")
			.description("Negative times, which are not measured but counted")
			.tag("measure", "accounted")
			.register(registry);
	}

	void received(Fate fate) {
		this.receipts[fate.ordinal()].increment();
	}

	/** A message that was taken in at one time is accounted for at the other. */
	void accounted(long acceptedAt, long now) {
		if (now < acceptedAt) {
			this.skewed.increment();
		}
		else {
			this.accounted.record(now - acceptedAt, TimeUnit.MICROSECONDS);
		}
	}

	/** What becomes of a receipt. */
	enum Fate {

		/** It is in the ledger. */
		MERGED,

		/** It was in the ledger before, and is ignored. */
		REPEATED,

		/** Nobody can read it, so it is dropped: a receipt gap. */
		UNDECODABLE,

		/** It waits for a producer that can read it, and so do all behind it. */
		NEWER_VERSION

	}

}
