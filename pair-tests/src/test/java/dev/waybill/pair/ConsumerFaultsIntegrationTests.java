package dev.waybill.pair;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import com.rabbitmq.client.GetResponse;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Consumers that die, are stopped, or whose processor fails, hangs or is slow. */
class ConsumerFaultsIntegrationTests extends FaultTest {

	private static final int PREFETCH = 250;

	private static final String WITH_PREFETCH = "--spring.rabbitmq.listener.direct.prefetch=" + PREFETCH;

	private static final Duration SOON = Duration.ofSeconds(60);

	private static final Duration SETTLE = Duration.ofMinutes(4);

	private final long seed = seed();

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private final Fleet fleet = new Fleet(this.host);

	private final Service producer = this.fleet.producerWithFile("p");

	private final AtomicBoolean goOn = new AtomicBoolean(true);

	@AfterEach
	void end() {
		this.goOn.set(false);
		this.fleet.close();
	}

	@Test
	void isKilledMidProcessing() throws Exception {
		int kills = scaled(1, 50);
		Service consumer = this.fleet.consumer(WITH_PREFETCH, "--waybill.processor.work-time=5ms");
		Load load = new Load(this.producer);
		this.fleet.ready();
		Random random = new Random(this.seed);
		try (Oracle oracle = oracle("kill -9 mid-processing, prefetch 250, x" + kills, load)) {
			load.send("first", 500, 1000);
			CompletableFuture<Void> sending = load.running("k", 40, this.goOn::get);
			for (int kill = 0; kill < kills; kill++) {
				int more = this.fleet.journal().size() + 10 + random.nextInt(200);
				Eventually.within(SOON, () -> this.fleet.journal().size() >= more);
				consumer.process().kill();
				oracle.consumersLost(1);
				consumer.again();
			}
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
		}
	}

	@Test
	@Tag("full")
	void itsProcessorFailsAlways() throws Exception {
		Service broken = this.fleet.scripted();
		Load load = new Load(this.producer, (id) -> "fails 1000000 0");
		this.fleet.ready();
		try (Oracle oracle = oracle("a processor that always fails, for a minute, then mended", load)) {
			CompletableFuture<Void> sending = load.sending("k", 6_000, 100);
			Eventually.within(SOON, () -> broken.metric("waybill_processor_broken") == 1);
			sending.join();
			broken.terminate();
			// Does not read the bodies.
			this.fleet.consumer().awaitReady();
			oracle.verdict(SETTLE);
			assertThat(oracle.books().deadLettered()).hasSizeLessThanOrEqualTo(30);
		}
	}

	@Test
	@Tag("full")
	void itsProcessorFailsOneInTenTimes() throws Exception {
		this.fleet.scripted();
		Load load = new Load(this.producer, (id) -> {
			// Of its own, since many clients ask in any order.
			Random random = new Random(this.seed + id.hashCode());
			int times = 0;
			while (random.nextInt(10) == 0) {
				times++;
			}
			return "fails " + times + " 0";
		});
		this.fleet.ready();
		try (Oracle oracle = oracle("a processor that fails 1 in 10 times", load)) {
			load.send("k", 5_000, 250);
			oracle.verdict(SETTLE);
			// Five times in a row is once in 100,000 messages.
			assertThat(oracle.books().deadLettered()).hasSizeLessThanOrEqualTo(2);
		}
	}

	@Test
	@Tag("full")
	void itsProcessorFailsTheFirstTimeOnly() throws Exception {
		Service consumer = this.fleet.scripted();
		Load load = new Load(this.producer, (id) -> "fails 1 0");
		this.fleet.ready();
		try (Oracle oracle = oracle("a processor that fails at every first attempt", load)) {
			load.send("k", 3_000, 100);
			oracle.books().untilSettled(SETTLE);
			assertThat(consumer.metric("waybill_process_seconds_count{outcome=\"failed\""))
				.isEqualTo(load.accepted.size());
			oracle.verdict(SETTLE);
			assertThat(oracle.books().deadLettered()).isEmpty();
		}
	}

	@Test
	@Tag("full")
	void aPoisonHaltsIt() throws Exception {
		Service consumer = this.fleet.scripted(WITH_PREFETCH);
		Load load = new Load(this.producer, (id) -> id.equals("k500") ? "halts 0" : "works 1");
		this.fleet.ready();
		try (Oracle oracle = oracle("a poison that halts the JVM, prefetch 250", load);
				Supervisor supervisor = new Supervisor(consumer, oracle)) {
			load.send("k", 1_000, 500);
			oracle.books().untilSettled(Duration.ofMinutes(9));
			supervisor.end();
			List<GetResponse> dead = this.host.peek("hello.dlq");
			Set<String> ids = dead.stream()
				.map((letter) -> letter.getProps().getMessageId())
				.collect(Collectors.toSet());
			assertThat(ids).contains("k500").hasSizeLessThanOrEqualTo(PREFETCH);
			System.out.println("NEIGHBOURS driven over the limit with the poison: " + (ids.size() - 1) + " of 999, in "
					+ supervisor.starts() + " halts");
			consumer.awaitReady();
			for (GetResponse letter : dead) {
				String id = letter.getProps().getMessageId();
				if (!id.equals("k500")) {
					load.post("again-" + id, new String(letter.getBody(), StandardCharsets.UTF_8));
				}
			}
			oracle.verdict(SETTLE);
			Set<String> processed = oracle.books().processed();
			assertThat(ids).allMatch((id) -> id.equals("k500") || processed.contains("again-" + id));
		}
	}

	@Test
	@Tag("full")
	void itsProcessorHangsUntilItIsInterrupted() throws Exception {
		this.fleet.scripted(WITH_PREFETCH, "--waybill.process-timeout=1s", "--waybill.interrupt-grace=1s");
		Load load = new Load(this.producer, (id) -> id.matches("k[1-4]00") ? "works 3600000" : "works 1");
		this.fleet.ready();
		try (Oracle oracle = oracle("a processor that hangs until it is interrupted", load)) {
			load.send("k", 500, 500);
			oracle.verdict(SETTLE);
			assertThat(oracle.books().deadLettered()).containsExactlyInAnyOrder("k100", "k200", "k300", "k400");
		}
	}

	@Test
	@Tag("full")
	void itsProcessorHangsForEver() throws Exception {
		Service consumer = this.fleet.scripted(WITH_PREFETCH, "--waybill.process-timeout=500ms",
				"--waybill.interrupt-grace=500ms");
		Load load = new Load(this.producer, (id) -> id.equals("k100") ? "hangs" : "works 1");
		this.fleet.ready();
		try (Oracle oracle = oracle("a processor that hangs for ever", load);
				Supervisor supervisor = new Supervisor(consumer, oracle)) {
			load.send("k", 500, 500);
			oracle.books().untilSettled(Duration.ofMinutes(9));
			supervisor.end();
			assertThat(supervisor.starts()).isPositive();
			oracle.verdict(SETTLE);
			assertThat(oracle.books().deadLettered()).containsExactly("k100");
		}
	}

	@Test
	@Tag("full")
	void isStoppedWithAFullPrefetch() throws Exception {
		Service consumer = this.fleet.consumer(WITH_PREFETCH, "--waybill.processor.work-time=50ms");
		Load load = new Load(this.producer);
		this.fleet.ready();
		try (Oracle oracle = oracle("SIGTERM with a full prefetch of 250", load)) {
			load.send("k", 1_000, 2_000);
			Eventually.within(SOON,
					() -> consumer.metric("waybill_in_hand{") + consumer.metric("waybill_in_hand ") > 240);
			consumer.terminate();
			Set<String> processed = oracle.books().processed();
			List<GetResponse> left = this.host.peek("hello");
			assertThat(left).hasSize(load.accepted.size() - processed.size()).allSatisfy((message) -> {
				assertThat(message.getProps().getHeaders().getOrDefault("x-delivery-count", 0L)).isEqualTo(0L);
				assertThat(processed).doesNotContain(message.getProps().getMessageId());
			});
			consumer.again();
			oracle.verdict(SETTLE);
			assertThat(oracle.books().deadLettered()).isEmpty();
			assertThat(this.producer.metric("waybill_receipt_gaps_total")).isZero();
		}
	}

	@Test
	@Tag("full")
	void takesOneASecondOfFiveThousand() throws Exception {
		Service slow = this.fleet.consumer("--waybill.processor.work-time=1s");
		Load load = new Load(this.producer);
		this.fleet.ready();
		try (Oracle oracle = oracle("1 message/s against 5,000/s offered for 2 minutes", load)) {
			long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
			load.run("k", 5_000, () -> System.nanoTime() < end);
			assertThat(slow.process().isAlive()).isTrue();
			assertThat(slow.output()).doesNotContain("OutOfMemoryError");
			assertThat(Footing.of(slow).heap()).isLessThan(100 << 20);
			slow.terminate();
			this.fleet.consumer().awaitReady();
			oracle.verdict(Duration.ofMinutes(9));
		}
	}

	private Oracle oracle(String name, Load load) throws Exception {
		load.send("warm", 300, 300);
		return new Oracle("consumer: " + name, this.seed, this.fleet, load).prefetch(PREFETCH);
	}

}
