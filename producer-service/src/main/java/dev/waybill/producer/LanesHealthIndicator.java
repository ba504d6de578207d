package dev.waybill.producer;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Is down while lanes are dead though the broker is there. */
final class LanesHealthIndicator implements HealthIndicator {

	private final BrokerState state;

	LanesHealthIndicator(BrokerState state) {
		this.state = state;
	}

	@Override
	public Health health() {
		return (this.state.isLaneless() ? Health.down() : Health.up()).withDetail("alive", this.state.lanesAlive())
			.build();
	}

}
