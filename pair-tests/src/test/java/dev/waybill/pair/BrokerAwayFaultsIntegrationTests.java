package dev.waybill.pair;

import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Consumers that start before there is a broker, or are without one for long. */
@Tag("full")
class BrokerAwayFaultsIntegrationTests extends FaultTest {

	private static final Duration SOON = Duration.ofSeconds(60);

	private static final Duration SETTLE = Duration.ofMinutes(5);

	private static final Duration AWAY = Duration.ofSeconds(scaled(20, 600));

	private final RabbitBroker broker = RabbitBroker.start();

	private final VirtualHost host = this.broker.newVirtualHost();

	private final BrokerLine line = new BrokerLine(this.host);

	private final String byTheLine = "--spring.rabbitmq.addresses=" + this.line.uri();

	private final Fleet fleet = new Fleet(this.host);

	private final AtomicBoolean goOn = new AtomicBoolean(true);

	@AfterEach
	void end() {
		this.goOn.set(false);
		this.fleet.close();
		this.line.close();
		this.broker.close();
	}

	@Test
	void consumersStartBeforeTheBrokerAndBeforeTheQueue() throws Exception {
		try (BrokerLine other = new BrokerLine(this.host)) {
			this.line.cut();
			other.cut();
			String byTheOther = "--spring.rabbitmq.addresses=" + other.uri();
			Service producer = this.fleet.producerWithFile("p", byTheOther);
			Service looks = this.fleet.consumer(this.byTheLine, "--waybill.topology=check");
			Service declares = this.fleet.consumer(byTheOther);
			Load load = new Load(producer);
			this.fleet.ready();
			try (Oracle oracle = new Oracle("consumer: started before the broker and before the queue", seed(),
					this.fleet, load)) {
				load.send("early", 20, 20);
				assertThat(load.rejected).hasSize(20);
				this.line.mend();
				looks.process().awaitOutput("queue 'hello' does not exist", SOON);
				assertThat(looks.process().isAlive()).isTrue();
				other.mend();
				Eventually.within(SOON, () -> {
					load.send("try" + System.nanoTime(), 1);
					return !load.accepted.isEmpty();
				});
				Eventually.within(SOON, () -> this.host
					.onChannel((channel) -> channel.consumerCount("hello")) == this.fleet.consumers.size());
				load.send("k", 2_000, 400);
				oracle.books().untilSettled(SOON);
				assertThat(Files.readAllLines(this.fleet.journals().get(0))).as("processed by the one that looks")
					.isNotEmpty();
				assertThat(looks.lives() + declares.lives()).isEqualTo(2);
				oracle.verdict(SETTLE);
			}
		}
	}

	@Test
	void theBrokerIsAwayForTenMinutes() throws Exception {
		Service producer = this.fleet.producerWithFile("p");
		this.fleet.consumer();
		Load load = new Load(producer);
		this.fleet.ready();
		load.send("warm", 300, 300);
		try (Oracle oracle = new Oracle("consumer: broker absent for " + AWAY.toSeconds() + " s", seed(), this.fleet,
				load)) {
			CompletableFuture<Void> sending = load.running("k", 50, this.goOn::get);
			acceptsMore(load, 500);
			this.broker.kill();
			oracle.consumersLost(1);
			Thread.sleep(AWAY.toMillis());
			this.broker.startAgain();
			acceptsMore(load, 500);
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
		}
	}

	@Test
	void onlyTheConsumerHasNoBrokerForTenMinutes() throws Exception {
		Service producer = this.fleet.producerWithFile("p");
		this.fleet.consumer(this.byTheLine);
		Load load = new Load(producer);
		this.fleet.ready();
		load.send("warm", 300, 300);
		try (Oracle oracle = new Oracle("consumer: cut off from the broker for " + AWAY.toSeconds() + " s", seed(),
				this.fleet, load)) {
			CompletableFuture<Void> sending = load.running("k", 100, this.goOn::get);
			acceptsMore(load, 500);
			this.line.cut();
			oracle.consumersLost(1);
			Thread.sleep(AWAY.toMillis());
			this.line.mend();
			acceptsMore(load, 500);
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
			assertThat(load.rejected).isEmpty();
		}
	}

	private static void acceptsMore(Load load, int more) {
		int before = load.accepted.size();
		Eventually.within(SOON, () -> load.accepted.size() >= before + more);
	}

}
