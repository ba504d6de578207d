package dev.waybill.producer;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.TestPorts;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of messages while the broker is blocked, paused or dead. */
@NeedsRabbitMq
class BrokerFaultIntegrationTests {

	private static final int DEADLINE = 5000;

	/** What an answer may take beyond its deadline on a busy machine. */
	private static final int GRACE = 1000;

	/** Whoever waits for a broker that hangs, waits for its handshake at least. */
	private static final int SHORTEST_WAIT = 3000;

	private static RabbitBroker broker;

	private static VirtualHost host;

	private static RunningProducer producer;

	@BeforeAll
	static void start() {
		broker = RabbitBroker.start();
		host = broker.newVirtualHost();
		producer = RunningProducer.on(host);
		for (int i = 0; i < 20; i++) {
			producer.post("warm");
		}
	}

	@AfterAll
	static void stop() {
		producer.close();
		broker.close();
	}

	@AfterEach
	void theBooksBalance() {
		producer.awaitLanes(Duration.ofSeconds(20));
		Eventually.within(Duration.ofSeconds(20), () -> producer.scrape().sum("waybill_publish_unconfirmed") == 0);
		producer.settleUp(host);
	}

	@Test
	void aMemoryAlarmRefusesAtOnceAndEndsWithoutARestart() {
		long starts = producer.scrape().laneStarts();
		broker.memoryAlarm(true);
		try {
			// The broker says that it blocks when it is sent the next message.
			CompletableFuture<Answer> caught = producer.postAsync("x", "Idempotency-Key", "caught");
			Eventually.within(Duration.ofSeconds(5), () -> producer.scrape().sum("waybill_broker_blocked") == 1);
			for (int i = 0; i < 10; i++) {
				Answer refused = producer.post("x");
				assertThat(refused.status()).as(refused.toString()).isEqualTo(503);
				assertThat(refused.reason()).isEqualTo("broker-blocked");
				assertThat(refused.outcome()).isEqualTo("rejected");
				assertThat(refused.header("Retry-After")).isEqualTo("5");
				assertThat(refused.millis()).isLessThan(100);
			}
			assertHealth("DOWN", "blocked");
			Answer late = caught.join();
			assertThat(late.status()).isEqualTo(504);
			assertThat(late.reason()).isEqualTo("confirm-timeout");
			assertThat(late.millis()).isBetween((long) DEADLINE - 10, (long) DEADLINE + GRACE);
			Answer again = producer.post("x", "Idempotency-Key", "caught");
			assertThat(again.status()).isEqualTo(503);
			assertThat(again.outcome()).isEqualTo("unknown");
		}
		finally {
			broker.memoryAlarm(false);
		}
		producer.awaitLanes(Duration.ofSeconds(10));
		Eventually.within(Duration.ofSeconds(5), () -> producer.post("x").status() == 202);
		assertHealth("UP", "");
		assertThat(producer.scrape().laneStarts()).isEqualTo(starts);
		assertThat(producer.post("x", "Idempotency-Key", "caught").status()).isEqualTo(202);
	}

	@Test
	void whatWaitsInTheQueueIsRefusedWithin100MillisecondsOfTheAlarm() {
		BrokerState state = producer.bean(BrokerState.class);
		EntryQueue entries = producer.bean(EntryQueue.class);
		broker.pause();
		List<CompletableFuture<Answer>> answers = new ArrayList<>();
		try {
			for (int i = 0; i < 150; i++) {
				answers.add(producer.postAsync("x"));
			}
			Eventually.within(Duration.ofSeconds(3), () -> entries.size() == 50);
			long event = System.nanoTime();
			state.handleBlocked("as the broker would");
			while (entries.size() > 0) {
				Thread.onSpinWait();
			}
			assertThat((System.nanoTime() - event) / 1_000_000).isLessThan(100);
			Eventually.within(Duration.ofSeconds(1),
					() -> answers.stream().filter(CompletableFuture::isDone).count() == 50);
			assertThat(answers).filteredOn(CompletableFuture::isDone)
				.allSatisfy((one) -> assertThat(one.join().reason()).isEqualTo("broker-blocked"));
		}
		finally {
			state.handleUnblocked();
			broker.resume();
		}
		answers.forEach((one) -> assertThat(one.join().status()).isIn(202, 503, 504));
	}

	@Test
	void noRequestOutlivesItsDeadlineWhileTheBrokerIsPaused() {
		List<Answer> answers = new CopyOnWriteArrayList<>();
		Load load = new Load(200, answers);
		Eventually.within(Duration.ofSeconds(5), () -> answers.size() > 100);
		broker.pause();
		try {
			long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
			Eventually.within(Duration.ofSeconds(2), () -> {
				assertThat(producer.scrape().sum("waybill_publish_unconfirmed_age_seconds")).isGreaterThan(1);
				return true;
			});
			assertHealthIsQuick();
			Eventually.within(Duration.ofSeconds(6), () -> System.nanoTime() > until);
		}
		finally {
			broker.resume();
		}
		int before = answers.size();
		Eventually.within(Duration.ofSeconds(15),
				() -> answers.stream().skip(before).filter((one) -> one.status() == 202).count() > 100);
		load.end();
		assertAnsweredInTime(answers);
		assertThat(answers).extracting(Answer::status).contains(202).isSubsetOf(202, 429, 503, 504);
	}

	@Test
	void aBrokerKilledUnderLoadLosesNothingThatWasAccepted() {
		List<Answer> answers = new CopyOnWriteArrayList<>();
		Load load = new Load(500, answers);
		Eventually.within(Duration.ofSeconds(10), () -> answers.size() > 500);
		broker.kill();
		Eventually.within(Duration.ofSeconds(5),
				() -> answers.stream().anyMatch((one) -> one.reason().equals("broker-unavailable")));
		assertHealth("DOWN", "");
		broker.startAgain();
		int before = answers.size();
		Eventually.within(Duration.ofSeconds(30),
				() -> answers.stream().skip(before).filter((one) -> one.status() == 202).count() > 500);
		load.end();
		assertAnsweredInTime(answers);
		assertThat(answers).extracting(Answer::status).isSubsetOf(202, 429, 503, 504);
		assertHealth("UP", "");
	}

	@Test
	void twoHundredClientsWithAMebibyteEachDoNotExhaustASmallHeap() {
		int port = TestPorts.free();
		VirtualHost own = broker.newVirtualHost();
		try (JavaProcess process = JavaProcesses.producer(own.uri(), port, "-Xmx64m")) {
			RunningProducer small = RunningProducer.elsewhere(port).awaitLanes(Duration.ofSeconds(60));
			assertThat(small.post("x").status()).isEqualTo(202);
			holdTheWholeBudget(small);
			assertThat(process.output()).doesNotContain("OutOfMemoryError");
			broker.memoryAlarm(true);
			List<Answer> answers;
			try {
				CompletableFuture<Answer> caught = small.postAsync("x");
				Eventually.within(Duration.ofSeconds(4), () -> small.scrape().sum("waybill_broker_blocked") == 1);
				byte[] body = RunningProducer.bytes(1024 * 1024);
				List<CompletableFuture<Answer>> requests = new ArrayList<>(List.of(caught));
				for (int i = 0; i < 200; i++) {
					requests.add((i % 2 == 0) ? small.postAsync(BodyPublishers.ofByteArray(body))
							: small.postAsync(BodyPublishers.ofByteArray(body), "Idempotency-Key", "large-" + i));
				}
				answers = requests.stream().map(CompletableFuture::join).toList();
			}
			finally {
				broker.memoryAlarm(false);
			}
			assertThat(answers).extracting(Answer::status).as(process::output).isSubsetOf(503, 504, 429).contains(503);
			assertThat(answers).filteredOn((one) -> one.status() == 504).hasSize(1);
			small.awaitLanes(Duration.ofSeconds(10));
			Eventually.within(Duration.ofSeconds(5),
					() -> small.post(RunningProducer.bytes(1024 * 1024)).status() == 202);
			Eventually.within(Duration.ofSeconds(5), () -> small.scrape().sum("waybill_publish_unconfirmed") == 0);
			small.settleUp(own);
			assertThat(process.isAlive()).isTrue();
			assertThat(process.output()).doesNotContain("OutOfMemoryError");
		}
	}

	/** With clients that keep back the last byte, while 200 others want in. */
	private static void holdTheWholeBudget(RunningProducer small) {
		CountDownLatch lastBytes = new CountDownLatch(1);
		List<CompletableFuture<Answer>> held = new ArrayList<>();
		byte[] large = RunningProducer.bytes(1024 * 1024);
		do {
			double before = small.scrape().sum("waybill_entry_bytes");
			held.add(small.postAsync(RunningProducer.keptBack(large, lastBytes)));
			Eventually.within(Duration.ofSeconds(5), () -> small.scrape().sum("waybill_entry_bytes") > before);
		}
		while (small.post(large).status() == 202);
		BodyPublisher body = BodyPublishers.ofByteArray(large);
		List<CompletableFuture<Answer>> others = IntStream.range(0, 200)
			.mapToObj((i) -> small.postAsync(body))
			.toList();
		assertThat(others).extracting((one) -> one.join().status()).containsOnly(429);
		lastBytes.countDown();
		assertThat(held).extracting((one) -> one.join().status()).containsOnly(202);
	}

	/** By the service's clock; 200 clients on the same two cores see it later. */
	private static void assertAnsweredInTime(List<Answer> answers) {
		assertThat(producer.scrape().sum("waybill_publish_seconds_max", "outcome=\"unknown\"")).isPositive()
			.isLessThan((DEADLINE + GRACE) / 1000.0);
		assertThat(answers).allSatisfy((one) -> assertThat(one.millis()).isLessThan(DEADLINE + 3 * GRACE));
	}

	private static void assertHealth(String broker, String problem) {
		Answer group = producer.get("/actuator/health/broker");
		assertThat(group.json().path("status").asString()).isEqualTo(broker);
		assertThat(group.status()).isEqualTo(broker.equals("UP") ? 200 : 503);
		assertThat(group.body()).contains(problem);
		assertHealthIsQuick();
	}

	/** Another replica would do no better, so these stay up whatever the broker does. */
	private static void assertHealthIsQuick() {
		for (String path : List.of("/actuator/health/liveness", "/actuator/health/readiness")) {
			Answer answer = producer.get(path);
			assertThat(answer.status()).as(path + answer).isEqualTo(200);
			assertThat(answer.millis()).isLessThan(SHORTEST_WAIT);
		}
		assertThat(producer.get("/actuator/health").millis()).isLessThan(SHORTEST_WAIT);
		assertThat(producer.get("/actuator/health/broker").millis()).isLessThan(SHORTEST_WAIT);
	}

	/** Posts at a rate, whatever is answered. */
	private static final class Load {

		private final List<CompletableFuture<Answer>> requests = new CopyOnWriteArrayList<>();

		private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

		Load(int perSecond, List<Answer> answers) {
			this.clock.scheduleAtFixedRate(() -> {
				for (int i = 0; i < perSecond / 50; i++) {
					this.requests.add(producer.postAsync("loaded").thenApply((answer) -> {
						answers.add(answer);
						return answer;
					}));
				}
			}, 0, 20, TimeUnit.MILLISECONDS);
		}

		void end() {
			this.clock.shutdownNow();
			this.requests.forEach(CompletableFuture::join);
		}

	}

}
