package dev.waybill.producer;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import dev.waybill.contract.BrokerRefusedException;
import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.TestPorts;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** How the service begins, also where it cannot, and how it ends. */
@NeedsRabbitMq
class StartAndStopIntegrationTests {

	private static VirtualHost host;

	@BeforeAll
	static void start() {
		host = RabbitBroker.shared().newVirtualHost();
	}

	@Test
	void startsWithoutABrokerAndRecoversWhenItComes() {
		try (BrokerLine line = new BrokerLine(host)) {
			line.cut();
			try (RunningProducer producer = RunningProducer.at(line.uri())) {
				Answer refused = producer.post("x");
				assertThat(refused.status()).isEqualTo(503);
				assertThat(refused.reason()).isEqualTo("broker-unavailable");
				assertThat(refused.outcome()).isEqualTo("rejected");
				assertThat(refused.header("Retry-After")).isEqualTo("2");
				assertThat(refused.millis()).isLessThan(500);
				for (String path : List.of("/actuator/health/readiness", "/actuator/health/liveness")) {
					assertThat(producer.get(path).status()).as(path).isEqualTo(200);
					assertThat(producer.get(path).millis()).isLessThan(1000);
				}
				Answer group = producer.get("/actuator/health/broker");
				assertThat(group.status()).isEqualTo(503);
				assertThat(group.json().path("status").asString()).isEqualTo("DOWN");
				line.mend();
				producer.awaitLanes(Duration.ofSeconds(10));
				assertThat(producer.post("x").status()).isEqualTo(202);
				assertThat(producer.get("/actuator/health/broker").status()).isEqualTo(200);
				assertThat(producer.get("/actuator/info").json().path("waybill").path("promise").asString())
					.isEqualTo("full-without-file");
				producer.settleUp(host);
			}
		}
	}

	@Test
	void saysWhichPropertyToChangeWhereTheQueueIsAnother() {
		VirtualHost other = RabbitBroker.shared().newVirtualHost();
		other.onChannel((channel) -> channel.queueDeclare("hello", true, false, false, null));
		assertThat(refusal(other.uri())).contains("queue 'hello'", "exists with other arguments", "waybill.queue.name",
				"waybill.queue.type");
	}

	@Test
	void saysTheSameWhereTheTutorialQueueIsAQuorumQueue() {
		new QueueOfContract().declare(host);
		assertThat(refusal(host.uri(), "--waybill.queue.type=tutorial")).contains("queue 'hello'",
				"waybill.queue.type");
	}

	@Test
	void sharesTheTutorialsQueue() {
		VirtualHost other = RabbitBroker.shared().newVirtualHost();
		other.onChannel((channel) -> channel.queueDeclare("hello", false, false, false, null));
		try (RunningProducer producer = RunningProducer.on(other, "--waybill.queue.type=tutorial")) {
			assertThat(producer.post("Hello World!").status()).isEqualTo(202);
			assertThat(producer.get("/actuator/info").json().path("waybill").path("promise").asString())
				.isEqualTo("none");
			assertThat(producer.settleUp(other)).singleElement()
				.satisfies((one) -> assertThat(one.getBody()).asString().isEqualTo("Hello World!"));
		}
	}

	@Test
	void saysThatThePasswordIsWrong() {
		assertThat(refusal(host.uri().replace("guest:guest", "guest:wrong"))).contains("spring.rabbitmq.password");
	}

	@Test
	void saysThatTheVirtualHostIsMissing() {
		assertThat(refusal(host.uri() + "-missing")).contains("spring.rabbitmq.virtual-host", "test-");
	}

	@Test
	void onlyLooksForTheQueueWhereItIsToldTo() {
		VirtualHost empty = RabbitBroker.shared().newVirtualHost();
		assertThat(refusal(empty.uri(), "--waybill.topology=check")).contains("queue 'hello' does not exist",
				"waybill.topology=declare");
		new QueueOfContract().declare(empty);
		// All but the receipts, which come and go with their producer.
		empty.onChannel((channel) -> channel.exchangeDeclare("hello.receipts", "direct", true));
		try (RunningProducer producer = RunningProducer.on(empty, "--waybill.topology=check")) {
			assertThat(producer.post("x").status()).isEqualTo(202);
			assertThat(producer.get("/actuator/info").json().path("waybill").path("arguments").asString())
				.isEqualTo("not checked");
			producer.settleUp(empty);
		}
	}

	@Test
	void endsWithOneSentenceAndANonZeroStatus() {
		try (JavaProcess process = JavaProcesses.producer(host.uri().replace("guest:guest", "guest:wrong"), 0,
				"-Xmx128m")) {
			assertThat(process.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
			assertThat(process.output())
				.contains("APPLICATION FAILED TO START",
						"The broker refuses the user: set spring.rabbitmq.username and spring.rabbitmq.password")
				.doesNotContain("\tat ");
		}
	}

	@Test
	void answersEveryRequestHonestlyBeforeItEnds() {
		int port = TestPorts.free();
		try (BrokerLine line = new BrokerLine(host);
				JavaProcess process = JavaProcesses.producer(line.uri(), port, "-Xmx128m",
						"--waybill.publish.window=10")) {
			RunningProducer producer = RunningProducer.elsewhere(port).awaitLanes(Duration.ofSeconds(60));
			assertThat(producer.post("x").status()).isEqualTo(202);
			line.hold();
			List<CompletableFuture<Answer>> answers = IntStream.range(0, 30)
				.mapToObj((i) -> producer.postAsync("x"))
				.toList();
			Eventually.within(Duration.ofSeconds(3), () -> producer.scrape().inFlight() == 30);
			process.terminate();
			process.awaitOutput("Commencing graceful shutdown", Duration.ofSeconds(5));
			line.release();
			answers.forEach((one) -> assertThat(one.join().status()).isEqualTo(202));
			assertThat(process.awaitExit(Duration.ofSeconds(15))).isEqualTo(143);
			producer.book().compare(host.drainIds("hello"));
		}
	}

	@Test
	void endsInTimeThoughTheBrokerIsSilent() {
		int port = TestPorts.free();
		try (BrokerLine line = new BrokerLine(host);
				JavaProcess process = JavaProcesses.producer(line.uri(), port, "-Xmx128m",
						"--waybill.publish.window=10", "--waybill.publish.deadline=2s")) {
			RunningProducer producer = RunningProducer.elsewhere(port).awaitLanes(Duration.ofSeconds(60));
			line.hold();
			List<CompletableFuture<Answer>> answers = IntStream.range(0, 30)
				.mapToObj((i) -> producer.postAsync("x"))
				.toList();
			Eventually.within(Duration.ofMillis(1800), () -> producer.scrape().inFlight() == 30);
			process.terminate();
			assertThat(answers).allSatisfy((one) -> assertThat(one.join().outcome()).isIn("unknown", "rejected"));
			assertThat(answers).filteredOn((one) -> one.join().outcome().equals("unknown")).hasSize(10);
			assertThat(process.awaitExit(Duration.ofSeconds(25))).isEqualTo(143);
			producer.book().compare(host.drainIds("hello"));
		}
	}

	private static String refusal(String uri, String... arguments) {
		Throwable failure = catchThrowable(() -> RunningProducer.at(uri, arguments).close());
		assertThat(failure).isNotNull();
		BrokerRefusedException refused = BrokerRefusedException.find(failure);
		assertThat(refused).as(failure.toString()).isNotNull();
		String sentence = String.valueOf(Objects.requireNonNull(refused).getMessage());
		assertThat(sentence).doesNotContain("\n");
		return sentence;
	}

}
