package dev.waybill.pair;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a network can do to what services and broker say to each other. */
class NetworkFaultsIntegrationTests extends FaultTest {

	private static final Duration SETTLE = Duration.ofSeconds(120);

	/** The producer's, of which there is one lane. */
	private static final int WINDOW = 100;

	/** More than the window, so that it is the window that bounds. */
	private static final int CLIENTS = 250;

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private final BrokerLine line = new BrokerLine(this.host);

	private final AtomicBoolean goOn = new AtomicBoolean(true);

	private Fleet fleet = new Fleet(this.host);

	@AfterEach
	void end() {
		this.goOn.set(false);
		this.fleet.close();
		this.line.close();
	}

	@Test
	void swallowsBothWays() throws Exception {
		Load load = new Load(producer());
		this.fleet.consumer(onTheLine());
		this.fleet.ready();
		load.send("warm", 500, 500);
		try (Oracle oracle = new Oracle("network: half-open, swallows both ways", seed(), this.fleet, load)) {
			CompletableFuture<Void> sending = load.running("k", 300, 32, this.goOn::get);
			load.awaitAccepted(300);
			oracle.consumersLost(1);
			this.line.swallow();
			Thread.sleep(scaled(5, 60) * 1000L);
			this.line.mend();
			load.awaitAccepted(300);
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
			assertThat(load.rejected).isNotEmpty();
		}
	}

	@Test
	@Tag("full")
	void losesConfirmsOfWhatIsDelivered() throws Exception {
		Load load = new Load(producer());
		this.fleet.consumer();
		this.fleet.ready();
		load.send("warm", 500, 500);
		try (Oracle oracle = new Oracle("network: confirms lost, publishes delivered", seed(), this.fleet, load)) {
			CompletableFuture<Void> sending = load.running("k", 300, 32, this.goOn::get);
			for (int time = 0; time < scaled(1, 10); time++) {
				load.awaitAccepted(300);
				this.line.hold();
				Thread.sleep(8_000);
				this.line.cut();
				this.line.mend();
			}
			load.awaitAccepted(300);
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
			Set<String> storedUnconfirmed = new HashSet<>(load.unknown);
			storedUnconfirmed.retainAll(oracle.books().processed());
			assertThat(storedUnconfirmed).as("unknown, and delivered").isNotEmpty();
		}
	}

	@Test
	@Tag("full")
	void isFiftyMillisecondsLong() throws Exception {
		Delayed delayed = delayed("network: 50 ms added each way", Duration.ofMillis(50), 400);
		assertThat(delayed.load().rejected).isEmpty();
		assertThat(delayed.load().unknown).isEmpty();
	}

	@Test
	@Tag("full")
	void isHalfASecondLong() throws Exception {
		Delayed delayed = delayed("network: 500 ms added each way", Duration.ofMillis(500), 250);
		assertThat(delayed.goodput()).as("accepted a second, of a window each round trip").isGreaterThan(0.9 * WINDOW);
		assertThat(delayed.load().unknown).hasSizeLessThanOrEqualTo(delayed.load().sent.size() / 100);
	}

	@Test
	@Tag("full")
	void isFiveSecondsLong() throws Exception {
		Delayed delayed = delayed("network: 5 s added each way", Duration.ofSeconds(5), 250);
		assertThat(delayed.goodput()).as("accepted a second, whose confirms take longer than the deadline").isZero();
	}

	private Delayed delayed(String name, Duration each, int perSecond) throws Exception {
		Load load = new Load(producer());
		this.fleet.consumer();
		this.fleet.ready();
		warm(load);
		try (Oracle oracle = new Oracle(name, seed(), this.fleet, load)) {
			CompletableFuture<Void> sending = load.running("k", perSecond, CLIENTS, this.goOn::get);
			load.awaitAccepted(300);
			this.line.delayBothWays(each);
			// Until what was under way is through, and the lane knows its latency.
			Thread.sleep(5_000 + 2 * each.toMillis());
			int before = load.accepted.size();
			long begun = System.nanoTime();
			Thread.sleep(scaled(10, 60) * 1000L);
			int accepted = load.accepted.size() - before;
			double seconds = (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1);
			this.line.delayBothWays(Duration.ZERO);
			load.awaitAccepted(300);
			this.goOn.set(false);
			sending.join();
			System.out.printf("GOODPUT %s: %.1f/s%n", name, accepted / seconds);
			oracle.verdict(SETTLE);
			return new Delayed(load, accepted / seconds);
		}
	}

	/** With half a second each way, whatever is said to connect takes a second. */
	@Test
	@Tag("full")
	void isCutWhileItIsHalfASecondLong() throws Exception {
		Load load = new Load(producer());
		this.fleet.consumer();
		this.fleet.ready();
		warm(load);
		try (Oracle oracle = new Oracle("network: cut with 500 ms each way", seed(), this.fleet, load)) {
			CompletableFuture<Void> sending = load.running("k", 100, CLIENTS, this.goOn::get);
			this.line.delayBothWays(Duration.ofMillis(500));
			load.awaitAccepted(300);
			for (int time = 0; time < scaled(1, 5); time++) {
				this.line.cut();
				this.line.mend();
				load.awaitAccepted(300);
			}
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
		}
	}

	@Test
	@Tag("full")
	void resetsInTheMiddleOfLargeBodies() throws Exception {
		String large = "m".repeat(1 << 20);
		long seed = seed();
		Random random = new Random(seed);
		Load load = new Load(producer(), (id) -> large);
		this.fleet.consumer();
		this.fleet.ready();
		load.send("warm", 50, 10);
		try (Oracle oracle = new Oracle("network: reset in the middle of 1 MiB", seed, this.fleet, load)) {
			CompletableFuture<Void> sending = load.running("k", 10, 8, this.goOn::get);
			for (int time = 1; time <= scaled(3, 20); time++) {
				load.awaitAccepted(10);
				this.line.resetAfter(random.nextInt(1 << 20));
				int resets = time;
				Eventually.within(SETTLE, () -> this.line.resets() == resets);
			}
			load.awaitAccepted(20);
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
		}
	}

	/** Java keeps an answer of the name service for 30 s, unless it is told otherwise. */
	@Test
	@Tag("full")
	void findsABrokerWhoseNameHasMoved() throws Exception {
		Path hosts = Files.createTempFile("hosts-", "");
		Files.writeString(hosts, "127.0.0.2 broker.test\n");
		List<String> jvm = new ArrayList<>(Fleet.JVM);
		jvm.add("-Djdk.net.hosts.file=" + hosts);
		this.fleet = new Fleet(this.host, jvm);
		try (BrokerLine first = new BrokerLine(this.host, "127.0.0.2", 0);
				BrokerLine second = new BrokerLine(this.host, "127.0.0.3", first.port())) {
			String address = "--spring.rabbitmq.addresses=" + first.uri("broker.test");
			Load load = new Load(this.fleet.producerWithFile("p", address));
			this.fleet.consumer(address);
			this.fleet.ready();
			load.send("warm", 500, 500);
			try (Oracle oracle = new Oracle("network: the broker's name moves", seed(), this.fleet, load)) {
				CompletableFuture<Void> sending = load.running("k", 200, 32, this.goOn::get);
				load.awaitAccepted(300);
				Files.writeString(hosts, "127.0.0.3 broker.test\n");
				load.awaitAccepted(300);
				oracle.consumersLost(1);
				assertThat(second.uri("broker.test")).isEqualTo(first.uri("broker.test"));
				first.cut();
				load.awaitAccepted(300);
				this.goOn.set(false);
				sending.join();
				oracle.verdict(SETTLE);
			}
		}
		finally {
			Files.delete(hosts);
		}
	}

	/** All clients wait at the same time, as they will, for the footing. */
	private void warm(Load load) throws InterruptedException {
		this.line.delayBothWays(Duration.ofMillis(200));
		load.send("warm", 1_000, 1_000_000, CLIENTS);
		this.line.delayBothWays(Duration.ZERO);
	}

	private Service producer() {
		return this.fleet.producerWithFile("p", onTheLine());
	}

	private String onTheLine() {
		return "--spring.rabbitmq.addresses=" + this.line.uri();
	}

	/**
	 * What came of a delay.
	 *
	 * @param load all that was sent
	 * @param goodput accepted a second, in the delay
	 */
	private record Delayed(Load load, double goodput) {
	}

}
