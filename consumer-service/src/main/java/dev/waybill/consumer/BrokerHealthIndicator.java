package dev.waybill.consumer;

import dev.waybill.contract.BrokerRefusedException;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Says whether the broker is there and lets us publish, from what is known already. */
final class BrokerHealthIndicator extends AbstractHealthIndicator {

	private final BrokerConnection broker;

	BrokerHealthIndicator(BrokerConnection broker) {
		this.broker = broker;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		BrokerRefusedException refusal = this.broker.refusal();
		builder.status((this.broker.isConnected() && !this.broker.isBlocked() && refusal == null) ? "UP" : "DOWN")
			.withDetail("connected", this.broker.isConnected())
			.withDetail("blocked", this.broker.isBlocked());
		if (refusal != null) {
			builder.withDetail("refused", String.valueOf(refusal.getMessage()));
		}
	}

}
