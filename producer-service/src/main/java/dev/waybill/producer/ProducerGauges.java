package dev.waybill.producer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** Shows what the service holds and how the broker is. */
final class ProducerGauges implements MeterBinder {

	private final EntryQueue entries;

	private final ByteBudget budget;

	private final BrokerState state;

	private final OpenWindows windows;

	private final KeyRegistry keys;

	private final BatchShare batches;

	ProducerGauges(EntryQueue entries, ByteBudget budget, BrokerState state, OpenWindows windows, KeyRegistry keys,
			BatchShare batches) {
		this.entries = entries;
		this.budget = budget;
		this.state = state;
		this.windows = windows;
		this.keys = keys;
		this.batches = batches;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge.builder("waybill.entry.messages", this.entries, EntryQueue::size)
			.description("Messages that wait for a lane")
			.register(registry);
		Gauge.builder("waybill.entry.bytes", this.budget, ByteBudget::taken)
			.description("Bytes of bodies in hand")
			.baseUnit("bytes")
			.register(registry);
		Gauge.builder("waybill.batches.open", this.batches, BatchShare::open)
			.description("Batches that are read or wait for their answer")
			.register(registry);
		Gauge.builder("waybill.publish.unconfirmed", this.windows, OpenWindows::unconfirmed)
			.description("Publishes that the broker has not confirmed")
			.register(registry);
		Gauge
			.builder("waybill.publish.unconfirmed.age", this.windows,
					(windows) -> windows.oldestUnconfirmed().toNanos() / 1e9)
			.description("Age of the oldest of them")
			.baseUnit("seconds")
			.register(registry);
		Gauge.builder("waybill.lanes.alive", this.state, BrokerState::lanesAlive)
			.description("Lanes with an open channel")
			.register(registry);
		Gauge.builder("waybill.broker.connected", this.state, (state) -> state.isConnected() ? 1 : 0)
			.description("1 while there is a connection to publish over")
			.register(registry);
		Gauge.builder("waybill.broker.blocked", this.state, (state) -> state.isBlocked() ? 1 : 0)
			.description("1 while the broker takes no messages because of an alarm")
			.register(registry);
		Gauge.builder("waybill.idempotency.window.age", this.keys, (keys) -> keys.age().toNanos() / 1e9)
			.description("How far back keys are really remembered")
			.baseUnit("seconds")
			.register(registry);
	}

}
