package dev.waybill.producer;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import dev.waybill.producer.ledger.Checkpoints;
import dev.waybill.producer.ledger.DeliveryLedger;
import dev.waybill.producer.ledger.DeliveryLedger.Totals;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * Shows the ledger's counts; those of one scrape are of one reading, so that the
 * identities hold in it.
 */
final class LedgerGauges implements MeterBinder {

	/** A scrape takes less, and two scrapes are further apart. */
	private static final long SAME_READING = TimeUnit.MILLISECONDS.toNanos(50);

	/** The states and their words in {@code waybill_ledger_messages}. */
	private static final Map<String, ToDoubleFunction<Totals>> STATES = Map.ofEntries(
			Map.entry("attempted", Totals::attempted), Map.entry("accepted", Totals::accepted),
			Map.entry("rejected", Totals::rejected), Map.entry("unknown", Totals::unknown),
			Map.entry("in_flight", Totals::inFlight), Map.entry("recovered", Totals::recovered),
			Map.entry("processed", Totals::processed), Map.entry("dead_lettered", Totals::deadLettered),
			Map.entry("pending", Totals::pending), Map.entry("lost", Totals::lost),
			Map.entry("unaudited", Totals::unaudited), Map.entry("duplicates", Totals::duplicates),
			Map.entry("unexpected", Totals::unexpected), Map.entry("foreign", Totals::foreign),
			Map.entry("resumed", Totals::resumed));

	private final DeliveryLedger ledger;

	private final Checkpoints checkpoints;

	private @Nullable Totals last;

	private long lastNanos;

	LedgerGauges(DeliveryLedger ledger, Checkpoints checkpoints) {
		this.ledger = ledger;
		this.checkpoints = checkpoints;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		STATES.forEach((state, count) -> Gauge.builder("waybill.ledger.messages", this, (self) -> self.read(count))
			.description("Published numbers, by what is known of them")
			.tag("state", state)
			.register(registry));
		gauge(registry, "waybill.ledger.pending.age", "seconds", "Age of the oldest pending number",
				(totals) -> totals.oldestPending().toNanos() / 1e9);
		gauge(registry, "waybill.ledger.audit.age", "seconds",
				"Since when no marker has vouched for what is pending; 0 where nothing is",
				(totals) -> totals.auditAge().toNanos() / 1e9);
		gauge(registry, "waybill.ledger.consumers", null, "Consumers heard of in the last 10 minutes",
				Totals::consumers);
		gauge(registry, "waybill.ledger.reliability", null,
				"Processed / (processed + dead-lettered + lost); NaN before there is any", Totals::reliability);
		gauge(registry, "waybill.ledger.tail.bound", null,
				"At most so many more were published before a kill; NaN where that is not known", (totals) -> {
					Long bound = totals.tailBound();
					return (bound != null) ? bound : Double.NaN;
				});
		Gauge.builder("waybill.ledger.degraded", this.checkpoints, (one) -> one.isDegraded() ? 1 : 0)
			.description("1 while the ledger's file cannot be written")
			.register(registry);
		FunctionCounter.builder("waybill.markers", this, (self) -> self.read(Totals::markersPublished))
			.description("Markers published: none while nothing is open for longer than the patience")
			.register(registry);
		FunctionCounter.builder("waybill.receipt.gaps", this, (self) -> self.read(Totals::gaps))
			.description("Times in which receipts may have been missed")
			.register(registry);
	}

	private void gauge(MeterRegistry registry, String name, @Nullable String unit, String description,
			ToDoubleFunction<Totals> value) {
		Gauge.builder(name, this, (self) -> self.read(value))
			.description(description)
			.baseUnit(unit)
			.register(registry);
	}

	private synchronized double read(ToDoubleFunction<Totals> value) {
		long now = System.nanoTime();
		Totals totals = this.last;
		if (totals == null || now - this.lastNanos > SAME_READING) {
			totals = this.ledger.totals();
			this.last = totals;
			this.lastNanos = now;
		}
		return value.applyAsDouble(totals);
	}

}
