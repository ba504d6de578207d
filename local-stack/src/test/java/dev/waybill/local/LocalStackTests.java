package dev.waybill.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.TestPorts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** The two services and the embedded broker together, as a user sees them. */
class LocalStackTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private static final StackOptions OPTIONS = StackOptions.parse("--producer-port=" + TestPorts.free(),
			"--consumer-port=" + TestPorts.free(), "--broker-port=" + TestPorts.free(), "--queue=greetings");

	private static final LocalStack STACK = new LocalStack(OPTIONS);

	@TempDir
	private static Path directory;

	private static Path journal;

	@BeforeAll
	static void start() {
		journal = directory.resolve("journal");
		// What has no option of the stack's reaches the services as it does elsewhere.
		System.setProperty("waybill.processor.journal", journal.toString());
		StackLogging.start();
		STACK.start();
	}

	@AfterAll
	static void stop() {
		System.clearProperty("waybill.processor.journal");
		STACK.close();
		FreePorts.require(OPTIONS.ports());
	}

	@Test
	void processesWhatWasPosted() throws Exception {
		HttpResponse<String> answer = post("Hello World!", UUID.randomUUID().toString());
		assertThat(answer.statusCode()).isEqualTo(202);
		String id = JSON.readTree(answer.body()).path("messageId").asString();
		Eventually.within(SOON, () -> processed(id) == 1);
	}

	@Test
	void repeatsItsAnswerForTheSameKeyAndProcessesOnce() throws Exception {
		String key = UUID.randomUUID().toString();
		assertThat(post("once", key).headers().firstValue("Idempotency-Replayed")).isEmpty();
		HttpResponse<String> again = post("once", key);
		assertThat(again.statusCode()).isEqualTo(202);
		assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
		assertThat(post("other", key).statusCode()).isEqualTo(422);
		Eventually.within(SOON, () -> processed(key) == 1);
		post("last", key + "-last");
		Eventually.within(SOON, () -> processed(key + "-last") == 1);
		assertThat(processed(key)).isOne();
	}

	@Test
	void processesWhatAForeignProgramPublished() throws Exception {
		long before = metric(OPTIONS.consumerPort(), "waybill_deliveries_total{waybill=\"absent\"}");
		onChannel((channel) -> channel.basicPublish("", "greetings", null, "Hello World!".getBytes()));
		onChannel((channel) -> channel.basicPublish("", "greetings", null, "Hello World!".getBytes()));
		Eventually.within(SOON,
				() -> metric(OPTIONS.consumerPort(), "waybill_deliveries_total{waybill=\"absent\"}") == before + 2);
		onChannel((channel) -> assertThat(channel.messageCount("greetings")).isZero());
	}

	@Test
	void movesDeadLettersToWherePeopleLook() throws Exception {
		onChannel((channel) -> channel.basicPublish("greetings.dlx", "dead", null, "dead".getBytes()));
		onChannel((channel) -> Eventually.within(SOON, () -> channel.messageCount("greetings.dlq") == 1));
		onChannel((channel) -> assertThat(channel.basicGet("greetings.dlq", true).getBody()).asString()
			.isEqualTo("dead"));
	}

	@Test
	void showsTheMetricsOfEachServiceAtItsOwnPort() throws Exception {
		post("counted", UUID.randomUUID().toString());
		String producer = get(OPTIONS.producerPort(), "/actuator/prometheus");
		String consumer = get(OPTIONS.consumerPort(), "/actuator/prometheus");
		assertThat(metric(OPTIONS.producerPort(), "waybill_publish_seconds_count{outcome=\"accepted\"}")).isPositive();
		assertThat(producer).contains("waybill_publish_").doesNotContain("waybill_process_");
		assertThat(consumer).contains("waybill_process_").doesNotContain("waybill_publish_");
	}

	@Test
	void isHonestAboutItsBroker() throws Exception {
		for (int port : List.of(OPTIONS.producerPort(), OPTIONS.consumerPort())) {
			JsonNode info = JSON.readTree(get(port, "/actuator/info"));
			assertThat(info.path("waybill").path("promise").asString()).isEqualTo("demo");
			assertThat(info.path("waybill").path("queue").asString()).isEqualTo("greetings");
		}
		assertThat(Announcement.started(OPTIONS)).contains("DEMO BROKER", "memory", "quorum", "alarms",
				"curl -i localhost:" + OPTIONS.producerPort() + "/messages");
	}

	@Test
	void leavesEachServiceWhatIsItsOwn() throws Exception {
		assertThat(JSON.readTree(get(OPTIONS.producerPort(), "/actuator/info"))
			.path("build")
			.path("artifact")
			.asString("")).isIn("", "producer-service");
		assertThat(get(OPTIONS.producerPort(), "/actuator/health")).contains("\"lanes\"").contains("UP");
		assertThat(get(OPTIONS.consumerPort(), "/actuator/health")).doesNotContain("\"lanes\"").contains("UP");
	}

	@Test
	void showsTheApiOfTheProducerAndNoneOfTheConsumer() throws Exception {
		assertThat(get(OPTIONS.producerPort(), "/v3/api-docs")).contains("\"/messages\"", "\"broker-blocked\"");
		assertThat(get(OPTIONS.producerPort(), "/swagger-ui/index.html")).contains("swagger-ui-bundle.js");
		assertThat(get(OPTIONS.producerPort(), "/swagger-ui/swagger-ui-bundle.js")).contains("SwaggerUIBundle");
		assertThat(get(OPTIONS.producerPort(), "/swagger-ui/swagger-initializer.js")).contains("swagger-config");
		assertThat(get(OPTIONS.producerPort(), "/problems/malformed")).contains("<h1>malformed</h1>");
		for (String path : List.of("/v3/api-docs", "/swagger-ui/index.html", "/problems")) {
			assertThat(get(OPTIONS.consumerPort(), path)).as(path).contains("\"status\":404");
		}
	}

	private static long processed(String id) throws IOException {
		return Files.exists(journal) ? Files.readAllLines(journal).stream().filter(id::equals).count() : 0;
	}

	private static HttpResponse<String> post(String body, String key) throws Exception {
		return HTTP.send(HttpRequest.newBuilder(URI.create("http://localhost:" + OPTIONS.producerPort() + "/messages"))
			.header("Content-Type", "text/plain")
			.header("Idempotency-Key", key)
			.POST(BodyPublishers.ofString(body))
			.build(), BodyHandlers.ofString());
	}

	private static String get(int port, String path) throws Exception {
		return HTTP
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
					BodyHandlers.ofString())
			.body();
	}

	private static long metric(int port, String name) throws Exception {
		return get(port, "/actuator/prometheus").lines()
			.filter((line) -> line.startsWith(name + " "))
			.mapToLong((line) -> (long) Double.parseDouble(line.substring(name.length())))
			.sum();
	}

	private static void onChannel(Work work) throws Exception {
		ConnectionFactory factory = new ConnectionFactory();
		factory.setPort(OPTIONS.brokerPort());
		try (Connection connection = factory.newConnection(); Channel channel = connection.createChannel()) {
			work.on(channel);
		}
	}

	private interface Work {

		void on(Channel channel) throws Exception;

	}

}
