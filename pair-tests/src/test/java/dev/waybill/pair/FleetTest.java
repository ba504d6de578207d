package dev.waybill.pair;

import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A test with a virtual host and a fleet of its own, beside others: most of it waits. */
@NeedsRabbitMq
@Execution(ExecutionMode.CONCURRENT)
abstract class FleetTest {

	final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	final Fleet fleet = new Fleet(this.host);

	@AfterEach
	void endFleet() {
		this.fleet.close();
	}

}
