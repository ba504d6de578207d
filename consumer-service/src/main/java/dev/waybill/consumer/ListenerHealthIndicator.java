package dev.waybill.consumer;

import java.util.Locale;

import dev.waybill.consumer.ListenerControl.State;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Decides whether another replica could do better: while this one is starting, stopping
 * or stuck, or takes no messages although the broker is there.
 */
final class ListenerHealthIndicator extends AbstractHealthIndicator {

	private final ListenerControl control;

	private final Intake intake;

	private final BrokerConnection broker;

	ListenerHealthIndicator(ListenerControl control, Intake intake, BrokerConnection broker) {
		this.control = control;
		this.intake = intake;
		this.broker = broker;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		State state = this.control.state();
		boolean consuming = state == State.CONSUMING && (this.intake.isConsuming() || !this.broker.isConnected());
		// A broken processor fails in every replica alike: that is a metric and an alert.
		builder.status((consuming || state == State.PROCESSOR_BROKEN) ? "UP" : "DOWN")
			.withDetail("state", state.name().toLowerCase(Locale.ROOT));
	}

}
