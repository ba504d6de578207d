package dev.waybill.pair;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.RabbitBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** One broker that dies, stands still, is full, or turns its clients away. */
class BrokerFaultsIntegrationTests extends FaultTest {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final Duration SETTLE = Duration.ofSeconds(120);

	private final RabbitBroker broker = RabbitBroker.start();

	private final Fleet fleet = new Fleet(this.broker.newVirtualHost());

	private final Service producer = this.fleet.producerWithFile("p");

	private final Load load = new Load(this.producer);

	private final AtomicBoolean goOn = new AtomicBoolean(true);

	BrokerFaultsIntegrationTests() {
		this.fleet.consumer();
		this.fleet.ready();
	}

	@AfterEach
	void end() {
		this.goOn.set(false);
		this.fleet.close();
		this.broker.close();
	}

	@Test
	void isKilledUnderLoad() throws Exception {
		bounce("broker: kill -9 under load", 1);
	}

	private void bounce(String name, int times) throws Exception {
		this.load.send("warm", 500, 500);
		try (Oracle oracle = new Oracle(name, seed(), this.fleet, this.load)) {
			CompletableFuture<Void> sending = sending(500);
			for (int time = 0; time < times; time++) {
				acceptsMore(1000);
				this.broker.kill();
				int rejected = this.load.rejected.size();
				Eventually.within(SOON, () -> this.load.rejected.size() > rejected + 200);
				this.broker.startAgain();
				oracle.consumersLost(1);
			}
			acceptsMore(1000);
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
			assertThat(this.load.rejected).isNotEmpty();
		}
	}

	private void acceptsMore(int more) {
		int before = this.load.accepted.size();
		Eventually.within(SOON, () -> this.load.accepted.size() > before + more);
	}

	private CompletableFuture<Void> sending(int perSecond) {
		return CompletableFuture.runAsync(() -> {
			try {
				this.load.run("k", perSecond, this.goOn::get);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
	}

}
