package dev.waybill.pair;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** One producer that dies, stands still, has no memory, no disk, or a wrong clock. */
class ProducerFaultsIntegrationTests extends FaultTest {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final Duration SETTLE = Duration.ofSeconds(120);

	private static final int IN_FLIGHT = 500;

	/** Between the queue and the window, at its door, and in it. */
	private static final List<String> LANE = Stream.of("PublishLane.claim", "ConfirmWindow.add", "PublishLane.message")
		.map((method) -> "dev.waybill.producer." + method)
		.toList();

	private static final List<String> LANE_END = Stream.of("Lanes.failed", "Lanes.putBack")
		.map((method) -> "dev.waybill.producer." + method)
		.toList();

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private final AtomicBoolean goOn = new AtomicBoolean(true);

	private Fleet fleet = new Fleet(this.host);

	@AfterEach
	void end() {
		this.goOn.set(false);
		this.fleet.close();
	}

	@Test
	void isKilledUnderLoad() throws Exception {
		int times = scaled(1, 20);
		long seed = seed();
		Random random = new Random(seed);
		Service producer = this.fleet.producerWithFile("p");
		this.fleet.consumer();
		this.fleet.ready();
		Load load = new Load(producer);
		load.send("warm", 500, 500);
		try (Oracle oracle = new Oracle("producer: kill -9 under load", seed, this.fleet, load)) {
			CompletableFuture<Void> sending = load.running("k", 300, 32, this.goOn::get);
			oracle.producerKilled(producer);
			for (int time = 0; time < times; time++) {
				load.awaitAccepted(300);
				Thread.sleep(random.nextInt(300));
				oracle.whileAway(producer, () -> {
					producer.process().kill();
					producer.again();
				});
			}
			load.awaitAccepted(300);
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
			assertThat(producer.lives()).isEqualTo(1 + times);
		}
	}

	@Test
	@Tag("full")
	void isTerminatedWithFiveHundredInFlight() throws Exception {
		Load load = terminated("producer: SIGTERM with 500 in flight", RabbitBroker.shared(), (broker) -> {
		}, (broker) -> {
		});
		assertThat(load.rejected).isEmpty();
		assertThat(load.unknown).isEmpty();
	}

	@Test
	@Tag("full")
	void isTerminatedWhileTheBrokerStandsStill() throws Exception {
		try (RabbitBroker broker = RabbitBroker.start()) {
			terminated("producer: SIGTERM with 500 in flight, broker paused", broker, RabbitBroker::pause,
					RabbitBroker::resume);
		}
	}

	@Test
	@Tag("full")
	void isTerminatedWhileTheBrokerIsBlocked() throws Exception {
		try (RabbitBroker broker = RabbitBroker.start()) {
			terminated("producer: SIGTERM with 500 in flight, broker blocked", broker, (one) -> one.diskAlarm(true),
					(one) -> one.diskAlarm(false));
		}
	}

	private Load terminated(String name, RabbitBroker broker, Fault fault, Fault mended) throws Exception {
		VirtualHost host = broker.newVirtualHost();
		this.fleet = new Fleet(host);
		String large = "m".repeat(16 << 10);
		try (BrokerLine line = new BrokerLine(host)) {
			Service producer = this.fleet.producerWithFile("p", "--spring.rabbitmq.addresses=" + line.uri(),
					"--waybill.publish.window=" + IN_FLIGHT, "--waybill.publish.entry-queue=" + IN_FLIGHT,
					// Its silence must not pass for a broker that is gone.
					"--spring.rabbitmq.requested-heartbeat=5s", "--waybill.ledger.patience=20s");
			this.fleet.consumer();
			this.fleet.ready();
			Load load = new Load(producer, (id) -> large);
			load.send("warm", 500, 500);
			try (Oracle oracle = new Oracle(name, seed(), this.fleet, load)) {
				// So the broker's word, of the fault or a confirm, comes when all are in
				// flight.
				line.hold();
				fault.on(broker);
				CompletableFuture<Void> sending = load.sending("k", IN_FLIGHT, 1_000_000, IN_FLIGHT);
				Eventually.within(SOON, () -> producer.metric("waybill_publish_in_flight") == IN_FLIGHT);
				long begun = System.nanoTime();
				producer.process().terminate();
				Thread.sleep(500);
				line.release();
				int exit = producer.process().awaitExit(SOON);
				System.out.printf("EXIT %d after %.1f s%n", exit,
						(System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1));
				sending.join();
				assertThat(load.sent).as("answered").noneMatch((one) -> one.answer() == null);
				assertThat(exit).as("exit status after SIGTERM").isEqualTo(143);
				mended.on(broker);
				oracle.producerStopped(producer);
				producer.again();
				assertThat(producer.ledger().total("tailBound")).as("tail after a clean stop").isZero();
				load.send("after", 200, 200);
				oracle.verdict(SETTLE);
			}
			return load;
		}
	}

	@Test
	@Tag("full")
	void standsStill() throws Exception {
		Service producer = this.fleet.producerWithFile("p");
		this.fleet.consumer();
		this.fleet.ready();
		Load load = new Load(producer);
		load.send("warm", 500, 500);
		try (Oracle oracle = new Oracle("producer: SIGSTOP", seed(), this.fleet, load)) {
			CompletableFuture<Void> sending = load.running("k", 300, 32, this.goOn::get);
			load.awaitAccepted(300);
			oracle.whileAway(producer, () -> {
				producer.process().pause();
				Thread.sleep(scaled(5, 30) * 1000L);
				producer.process().resume();
			});
			load.awaitAccepted(300);
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
		}
	}

	@Test
	@Tag("full")
	void hasLittleMemoryWhileTheBrokerIsBlocked() throws Exception {
		try (RabbitBroker broker = RabbitBroker.start()) {
			List<String> jvm = new ArrayList<>(Fleet.JVM);
			jvm.replaceAll((option) -> option.startsWith("-Xmx") ? "-Xmx64m" : option);
			this.fleet = new Fleet(broker.newVirtualHost(), jvm);
			Service producer = this.fleet.producerWithFile("p");
			Service consumer = this.fleet.consumer();
			this.fleet.ready();
			String large = "m".repeat(1 << 20);
			Load load = new Load(producer, (id) -> large);
			// By as many clients as there will be, for the footing.
			load.send("warm", 100, 1_000, 48);
			try (Oracle oracle = new Oracle("producer: -Xmx64m, 1 MiB bodies, broker blocked", seed(), this.fleet,
					load)) {
				CompletableFuture<Void> sending = load.running("k", 100, 48, this.goOn::get);
				load.awaitAccepted(20);
				// Receipts may be missed in an alarm.
				oracle.gapsAreMade();
				broker.diskAlarm(true);
				int before = load.rejected.size();
				Thread.sleep(scaled(10, 60) * 1000L);
				assertThat(load.rejected).as("refused, in the alarm").hasSizeGreaterThan(before + 100);
				broker.diskAlarm(false);
				load.awaitAccepted(50);
				this.goOn.set(false);
				sending.join();
				oracle.verdict(SETTLE);
				assertThat(producer.output() + consumer.output()).doesNotContain("OutOfMemoryError");
			}
		}
	}

	@Test
	@Tag("full")
	void losesTheThreadOfItsLane() throws Exception {
		Service producer = debugged();
		Load load = new Load(producer);
		load.send("warm", 500, 500);
		try (Oracle oracle = new Oracle("producer: a lane's thread dies", seed(), this.fleet, load);
				Debugger debugger = new Debugger(producer.process())) {
			long channels = channels();
			CompletableFuture<Void> sending = load.running("k", 300, 32, this.goOn::get);
			for (int time = 0; time < scaled(1, 5); time++) {
				for (String method : LANE) {
					load.awaitAccepted(100);
					debugger.stopAt(method);
				}
				// And once more where the end of a lane is dealt with.
				for (String method : LANE_END) {
					load.awaitAccepted(100);
					debugger.stopAt(method, () -> debugger.stopAt(LANE.get(0)));
				}
			}
			load.awaitAccepted(300);
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
			assertThat(producer.metric("waybill_lanes_alive")).isEqualTo(1);
			Eventually.within(SOON, () -> channels() <= channels);
		}
	}

	/** As many as the broker knows of. */
	private long channels() {
		return this.host.get("/api/vhosts/" + this.host.name() + "/channels").size();
	}

	private Service debugged() {
		List<String> jvm = new ArrayList<>(Fleet.JVM);
		jvm.add(Debugger.OPTION);
		this.fleet = new Fleet(this.host, jvm);
		Service producer = this.fleet.producerWithFile("p");
		this.fleet.consumer();
		this.fleet.ready();
		return producer;
	}

	@Test
	@Tag("full")
	void hasNoDiskForItsLedger() throws Exception {
		try (SmallDisk disk = SmallDisk.mount()) {
			Service producer = this.fleet.producer("p", "--waybill.ledger.file=" + disk.file("p.ledger"));
			this.fleet.consumer();
			this.fleet.ready();
			Load load = new Load(producer);
			load.send("warm", 500, 500);
			try (Oracle oracle = new Oracle("producer: the ledger's disk is full", seed(), this.fleet, load)) {
				CompletableFuture<Void> sending = load.running("k", 300, 32, this.goOn::get);
				load.awaitAccepted(300);
				disk.fill();
				Eventually.within(SOON, () -> producer.metric("waybill_ledger_degraded") == 1);
				load.awaitAccepted(300);
				Thread.sleep(scaled(5, 60) * 1000L);
				load.awaitAccepted(300);
				disk.relieve();
				Eventually.within(SOON, () -> producer.metric("waybill_ledger_degraded") == 0);
				load.awaitAccepted(300);
				this.goOn.set(false);
				sending.join();
				oracle.verdict(SETTLE);
			}
		}
	}

	@Test
	@Tag("full")
	void isKilledWhileItHasNoDiskForItsLedger() throws Exception {
		try (SmallDisk disk = SmallDisk.mount()) {
			Service producer = this.fleet.producer("p", "--waybill.ledger.file=" + disk.file("p.ledger"));
			this.fleet.consumer();
			this.fleet.ready();
			Load load = new Load(producer);
			load.send("warm", 500, 500);
			try (Oracle oracle = new Oracle("producer: kill -9 while the ledger's disk is full", seed(), this.fleet,
					load)) {
				CompletableFuture<Void> sending = load.running("k", 300, 32, this.goOn::get);
				disk.fill();
				Eventually.within(SOON, () -> producer.metric("waybill_ledger_degraded") == 1);
				load.awaitAccepted(300);
				oracle.producerKilledWithoutFile(producer);
				oracle.whileAway(producer, () -> {
					producer.process().kill();
					disk.relieve();
					producer.again();
				});
				load.awaitAccepted(300);
				this.goOn.set(false);
				sending.join();
				oracle.verdict(SETTLE);
			}
		}
	}

	@Test
	@Tag("full")
	void hasAClockThatStepsBackAnHour() throws Exception {
		Faketime.isNeeded();
		Path clock = Files.createTempFile("clock-", "");
		Files.writeString(clock, "+0\n");
		Service producer = this.fleet.producer(Faketime.by(clock), "p",
				"--waybill.ledger.file=" + this.fleet.file("p"));
		this.fleet.consumer();
		this.fleet.ready();
		Load load = new Load(producer);
		load.send("warm", 500, 500);
		try (Oracle oracle = new Oracle("producer: its clock steps back an hour", seed(), this.fleet, load)) {
			CompletableFuture<Void> sending = load.running("k", 300, 32, this.goOn::get);
			load.awaitAccepted(600);
			Files.writeString(clock, "-1h\n");
			load.awaitAccepted(scaled(2_000, 10_000));
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
			assertThat(load.rejected).isEmpty();
			assertThat(load.unknown).isEmpty();
			assertThat(producer.metric("waybill_clock_skew_total")).as("seen by its own clock").isPositive();
		}
		finally {
			Files.delete(clock);
		}
	}

	/** Something that happens to a broker. */
	private interface Fault {

		void on(RabbitBroker broker);

	}

}
