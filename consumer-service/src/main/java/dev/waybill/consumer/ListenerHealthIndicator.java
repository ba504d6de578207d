package dev.waybill.consumer;

import java.util.Locale;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Decides whether another replica could do better: while this one is refused by the
 * broker, stopping or stuck, or takes no messages although the broker is there.
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
		ListenerState state = this.control.state();
		builder.status(isUp(state) ? "UP" : "DOWN").withDetail("state", state.name().toLowerCase(Locale.ROOT));
	}

	private boolean isUp(ListenerState state) {
		return switch (state) {
			// An absent broker is absent for every replica: that is the group "broker".
			case STARTING -> !this.broker.isConnected() && this.broker.refusal() == null;
			case CONSUMING -> this.intake.isConsuming() || !this.broker.isConnected();
			case WITHOUT_RECEIPTS -> !this.broker.isConnected();
			// It fails in every replica alike: that is a metric and an alert.
			case PROCESSOR_BROKEN -> true;
			case STUCK, DRAINING -> false;
		};
	}

}
