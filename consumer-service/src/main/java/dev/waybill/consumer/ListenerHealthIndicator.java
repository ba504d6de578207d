package dev.waybill.consumer;

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
		builder.status(consuming ? "UP" : "DOWN").withDetail("state", state.name().toLowerCase(java.util.Locale.ROOT));
	}

}
