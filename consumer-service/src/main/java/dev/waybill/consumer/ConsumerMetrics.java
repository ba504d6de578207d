package dev.waybill.consumer;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import dev.waybill.contract.Waybill;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * What the consumer counts and measures; each series is there from the start. Long
 * because each has a field, a description and a method of its own.
 * <p>
 * Always: {@code waybill_deliveries_total} (both) = {@code waybill_settled_total} (all) +
 * {@code waybill_in_hand}; markers are in none of them. And
 * {@code waybill_receipts_published_total} = {@code waybill_receipts_confirmed_total} +
 * {@code waybill_receipts_returned_total} + {@code waybill_receipts_outstanding}.
 */
final class ConsumerMetrics {

	/** The upper bounds of every histogram. */
	static final Duration[] BOUNDARIES = { Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(5),
			Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofMillis(50), Duration.ofMillis(100),
			Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMillis(2500),
			Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60),
			Duration.ofSeconds(300) };

	private final MeterRegistry registry;

	private final Map<Outcome, Timer> process = new EnumMap<>(Outcome.class);

	private final Map<Settlement, Counter> settled = new EnumMap<>(Settlement.class);

	private final Timer delivery;

	private final Timer endToEnd;

	private final Counter deliverySkew;

	private final Counter endToEndSkew;

	private final Counter tracked;

	private final Counter untracked;

	private final Counter duplicates;

	private final Counter conflicts;

	private final Counter deadLettersRead;

	private final Counter deadLettersFailed;

	private final Counter receiptsPublished;

	private final Counter receiptsConfirmed;

	private final Counter receiptsReturned;

	private final Counter receiptsExcused;

	private final Counter markersHello;

	private final Counter markersDead;

	ConsumerMetrics(MeterRegistry registry) {
		this.registry = registry;
		for (Outcome outcome : Outcome.values()) {
			this.process.put(outcome,
					Timer.builder("waybill.process")
						.description("Attempts at messages, by how they ended")
						.tag("outcome", outcome.tag())
						.serviceLevelObjectives(BOUNDARIES)
						.register(registry));
		}
		for (Settlement how : Settlement.values()) {
			this.settled.put(how, counter("waybill.settled", "Deliveries settled, by how", "how", how.tag()));
		}
		this.delivery = timer("waybill.delivery", "From accepted to received; two clocks");
		this.endToEnd = timer("waybill.end.to.end", "From accepted to processed; two clocks");
		String skew = "Times that came out negative, which are not in the histogram";
		this.deliverySkew = counter("waybill.clock.skew", skew, "measure", "delivery");
		this.endToEndSkew = counter("waybill.clock.skew", skew, "measure", "end_to_end");
		String deliveries = "Deliveries received from the queue";
		this.tracked = counter("waybill.deliveries", deliveries, "waybill", "present");
		this.untracked = counter("waybill.deliveries", deliveries, "waybill", "absent");
		this.duplicates = counter("waybill.duplicates", "Deliveries of what this instance had processed");
		this.conflicts = counter("waybill.conflicts", "Messages with the id of another with other content");
		this.deadLettersRead = counter("waybill.dead.letters.read", "Dead letters moved on from the broker's road");
		this.deadLettersFailed = counter("waybill.dead.letters.failed",
				"Attempts to move on a dead letter that failed");
		this.receiptsPublished = counter("waybill.receipts.published", "Receipts given a number");
		this.receiptsConfirmed = counter("waybill.receipts.confirmed", "Receipts confirmed, in their queue");
		this.receiptsReturned = counter("waybill.receipts.returned", "Receipts for producers that are gone for good");
		this.receiptsExcused = counter("waybill.receipts.excused",
				"Deliveries acked in an alarm, before their receipts");
		String markers = "Markers that came through";
		this.markersHello = counter("waybill.markers", markers, "queue", "hello");
		this.markersDead = counter("waybill.markers", markers, "queue", "dead");
	}

	void received(Delivery received) {
		Waybill waybill = received.waybill();
		if (waybill == null) {
			this.untracked.increment();
			return;
		}
		this.tracked.increment();
		record(this.delivery, this.deliverySkew, received.receivedAt() - waybill.acceptedAt());
	}

	void processed(Delivery processed) {
		Waybill waybill = processed.waybill();
		if (waybill != null) {
			record(this.endToEnd, this.endToEndSkew, Clocks.micros() - waybill.acceptedAt());
		}
	}

	void attempted(Outcome outcome, Attempt attempt) {
		Timer timer = this.process.get(outcome);
		if (timer != null) {
			timer.record(attempt.nanos(), TimeUnit.NANOSECONDS);
		}
	}

	void settled(Settlement how) {
		Counter counter = this.settled.get(how);
		if (counter != null) {
			counter.increment();
		}
	}

	void duplicate() {
		this.duplicates.increment();
	}

	void conflict() {
		this.conflicts.increment();
	}

	void deadLetterRead() {
		this.deadLettersRead.increment();
	}

	void deadLetterFailed() {
		this.deadLettersFailed.increment();
	}

	void receiptPublished() {
		this.receiptsPublished.increment();
	}

	void receiptDelivered(boolean returned) {
		(returned ? this.receiptsReturned : this.receiptsConfirmed).increment();
	}

	void excused(int deliveries) {
		this.receiptsExcused.increment(deliveries);
	}

	void markerOfHello() {
		this.markersHello.increment();
	}

	void markerOfDead() {
		this.markersDead.increment();
	}

	void receiptsOutstanding(IntSupplier size) {
		gauge("waybill.receipts.outstanding", "Receipts given a number and not confirmed", size::getAsInt);
	}

	void inHand(IntSupplier size) {
		gauge("waybill.in.hand", "Deliveries received and not settled", size::getAsInt);
	}

	void inHandBytes(LongSupplier bytes) {
		gauge("waybill.in.hand.bytes", "Bytes of the deliveries received and not settled", bytes::getAsLong);
	}

	void deadLettersWaiting(IntSupplier size) {
		gauge("waybill.dead.letters.waiting", "Dead letters held and not yet moved on", size::getAsInt);
	}

	void brokerConnected(BooleanSupplier connected) {
		gauge("waybill.broker.connected", "1 while there is a connection to the broker", asNumber(connected));
	}

	void brokerBlocked(BooleanSupplier blocked) {
		gauge("waybill.broker.blocked", "1 while the broker blocks publishing", asNumber(blocked));
	}

	void processorBroken(BooleanSupplier broken) {
		gauge("waybill.processor.broken", "1 while one message at a time is tried, since all fail", asNumber(broken));
	}

	void dedupWindowAge(Supplier<Duration> age) {
		Gauge.builder("waybill.dedup.window.age", () -> age.get().toMillis() / 1000.0)
			.description("How far back duplicates are recognised")
			.baseUnit("seconds")
			.register(this.registry);
	}

	private static Supplier<Number> asNumber(BooleanSupplier state) {
		return () -> state.getAsBoolean() ? 1 : 0;
	}

	private static void record(Timer timer, Counter skew, long micros) {
		if (micros < 0) {
			skew.increment();
		}
		else {
			timer.record(micros, TimeUnit.MICROSECONDS);
		}
	}

	private void gauge(String name, String description, Supplier<Number> value) {
		Gauge.builder(name, value).description(description).register(this.registry);
	}

	private Timer timer(String name, String description) {
		return Timer.builder(name).description(description).serviceLevelObjectives(BOUNDARIES).register(this.registry);
	}

	private Counter counter(String name, String description, String... tags) {
		return Counter.builder(name).description(description).tags(tags).register(this.registry);
	}

}
