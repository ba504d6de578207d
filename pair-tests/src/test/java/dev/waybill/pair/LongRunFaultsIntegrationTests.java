package dev.waybill.pair;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Two producers and two consumers at 70 % of their knee, and a fault every 20 s. */
@Tag("full")
class LongRunFaultsIntegrationTests extends FaultTest {

	private static final Duration LONG = Duration
		.ofMinutes(Integer.getInteger("waybill.test.faults.minutes", scaled(2, 30)));

	private static final Duration BETWEEN = Duration.ofSeconds(20);

	private static final Duration SETTLE = Duration.ofMinutes(5);

	private static final int PAIRS = 2;

	private final RabbitBroker broker = RabbitBroker.start();

	private final VirtualHost host = this.broker.newVirtualHost();

	private final Fleet fleet = new Fleet(this.host);

	private final List<Load> loads = new ArrayList<>();

	private final AtomicBoolean goOn = new AtomicBoolean(true);

	@AfterEach
	void end() {
		this.goOn.set(false);
		this.fleet.close();
		this.broker.close();
	}

	@Test
	void aFaultEveryTwentySeconds() throws Exception {
		for (int i = 0; i < PAIRS; i++) {
			this.loads.add(new Load(this.fleet.producerWithFile("p" + i)));
			this.fleet.consumer();
		}
		this.fleet.ready();
		int each = Math.max(50, (int) (0.7 * knee() / PAIRS));
		long seed = seed();
		Random random = new Random(seed);
		Map<Fault, Integer> times = new TreeMap<>();
		try (Oracle oracle = new Oracle(
				"long: " + LONG.toMinutes() + " min at 70 % of the knee, a fault every " + BETWEEN.toSeconds() + " s",
				seed, this.fleet, this.loads.toArray(Load[]::new))) {
			List<CompletableFuture<Void>> sending = new ArrayList<>();
			for (int i = 0; i < PAIRS; i++) {
				sending.add(this.loads.get(i).running("k" + i + "-", each, this.goOn::get));
			}
			long begin = System.nanoTime();
			for (long next = begin + BETWEEN.toNanos(); next < begin + LONG.toNanos(); next += BETWEEN.toNanos()) {
				TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
				Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
				int which = random.nextInt(PAIRS);
				System.out.println("FAULT after " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin) + " s: "
						+ fault + " " + which);
				times.merge(fault, 1, Integer::sum);
				fault.deed.to(this, oracle, which);
			}
			TimeUnit.NANOSECONDS.sleep(begin + LONG.toNanos() - System.nanoTime());
			this.goOn.set(false);
			sending.forEach(CompletableFuture::join);
			oracle.books().outside(each * PAIRS + "/s offered, faults " + times);
			oracle.verdict(SETTLE);
			assertThat(times.values().stream().mapToInt(Integer::intValue).sum()).as("faults")
				.isEqualTo(LONG.dividedBy(BETWEEN) - 1);
		}
	}

	/** As many a second as all producers take from clients who wait for their answers. */
	private double knee() throws InterruptedException {
		closedLoop("warm", 5);
		long before = accepted();
		closedLoop("knee", 10);
		return (accepted() - before) / 10.0;
	}

	private void closedLoop(String prefix, int seconds) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
		List<CompletableFuture<Void>> sending = new ArrayList<>();
		for (int i = 0; i < PAIRS; i++) {
			sending.add(this.loads.get(i).running(prefix + i + "-", 1_000_000, () -> System.nanoTime() < end));
		}
		sending.forEach(CompletableFuture::join);
	}

	private long accepted() {
		return this.loads.stream().mapToLong((load) -> load.accepted.size()).sum();
	}

	private void killConsumer(Oracle oracle, int which) {
		Service consumer = this.fleet.consumers.get(which);
		consumer.process().kill();
		oracle.consumersLost(1);
		consumer.again();
	}

	private void killProducer(Oracle oracle, int which) throws Exception {
		Service producer = this.fleet.producers.get(which);
		oracle.producerKilled(producer);
		oracle.whileAway(producer, () -> {
			producer.process().kill();
			producer.again();
		});
	}

	private void killBroker(Oracle oracle, int which) {
		this.broker.kill();
		oracle.consumersLost(PAIRS);
		this.broker.startAgain();
	}

	/** For long enough that all miss their heartbeats. */
	private void pauseBroker(Oracle oracle, int which) throws InterruptedException {
		this.broker.pause();
		oracle.consumersLost(PAIRS);
		Thread.sleep(6_000);
		this.broker.resume();
	}

	private void closeConnections(Oracle oracle, int which) {
		for (JsonNode connection : this.host.get("/api/connections?disable_stats=false")) {
			if (connection.path("vhost").asString().equals(this.host.name())) {
				close(connection.path("name").asString());
			}
		}
		oracle.consumersLost(PAIRS);
	}

	private void close(String connection) {
		try {
			this.host.request("DELETE",
					"/api/connections/" + URLEncoder.encode(connection, StandardCharsets.UTF_8).replace("+", "%20"),
					Map.of());
		}
		catch (IllegalStateException ex) {
			// What was listed may have gone since.
			assertThat(ex).hasMessageContaining(": 404 ");
		}
	}

	/** Longer than what excuses consumers from waiting for their receipts. */
	private void alarm(Oracle oracle, int which) throws InterruptedException {
		this.broker.memoryAlarm(true);
		Thread.sleep(8_000);
		this.broker.memoryAlarm(false);
	}

	private enum Fault {

		CONSUMER_KILLED(LongRunFaultsIntegrationTests::killConsumer),

		PRODUCER_KILLED(LongRunFaultsIntegrationTests::killProducer),

		BROKER_KILLED(LongRunFaultsIntegrationTests::killBroker),

		BROKER_PAUSED(LongRunFaultsIntegrationTests::pauseBroker),

		CONNECTIONS_CLOSED(LongRunFaultsIntegrationTests::closeConnections),

		ALARM(LongRunFaultsIntegrationTests::alarm);

		private final Deed deed;

		Fault(Deed deed) {
			this.deed = deed;
		}

	}

	private interface Deed {

		void to(LongRunFaultsIntegrationTests test, Oracle oracle, int which) throws Exception;

	}

}
