package dev.waybill.producer;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Says how the broker is, from what is known already: it asks nobody. */
final class BrokerHealthIndicator implements HealthIndicator {

	private final BrokerState state;

	private final OpenWindows windows;

	BrokerHealthIndicator(BrokerState state, OpenWindows windows) {
		this.state = state;
		this.windows = windows;
	}

	@Override
	public Health health() {
		Health.Builder health = (this.state.outage() == null) ? Health.up() : Health.down();
		String problem = this.state.problem();
		if (!problem.isEmpty()) {
			health.withDetail("problem", problem);
		}
		return health.withDetail("oldestUnconfirmed", this.windows.oldestUnconfirmed().toString()).build();
	}

}
