package dev.waybill.producer;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Says how the broker is, from what is known already: it asks nobody. */
final class BrokerHealthIndicator implements HealthIndicator {

	private final BrokerState state;

	private final Lanes lanes;

	BrokerHealthIndicator(BrokerState state, Lanes lanes) {
		this.state = state;
		this.lanes = lanes;
	}

	@Override
	public Health health() {
		Health.Builder health = (this.state.outage() == null) ? Health.up() : Health.down();
		String problem = this.state.problem();
		if (!problem.isEmpty()) {
			health.withDetail("problem", problem);
		}
		return health.withDetail("oldestUnconfirmed", this.lanes.oldestUnconfirmed().toString()).build();
	}

}
