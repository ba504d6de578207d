package dev.waybill.pair;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.waybill.consumer.UnprocessableMessageException;
import dev.waybill.pair.Collector.Sent;
import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** What both services say of what goes wrong. */
class LogsIntegrationTests extends FleetTest {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final String ECS = "--logging.structured.format.console=ecs";

	private static final String SECRET = "Shibboleth";

	private static final JsonMapper JSON = new JsonMapper();

	@Test
	void asEcsEachLineIsAJsonObjectWithTheMessageOfAFailureAndNothingOfABody() throws Exception {
		try (Collector collector = new Collector(); BrokerLine line = new BrokerLine(this.host)) {
			Service producer = this.fleet.producer("p", ECS, collector.endpoint(),
					"--spring.rabbitmq.addresses=" + line.uri(), "--waybill.publish.max-message-size=1KB",
					"--waybill.publish.deadline=2s");
			Service consumer = failing(ECS, collector.endpoint());
			this.fleet.ready();
			failWhereItIsProcessed(producer, consumer);
			consumer.terminate();
			failWhereItIsPublished(producer, line);
			producer.terminate();
			List<JsonNode> consumed = objects(consumer);
			List<JsonNode> produced = objects(producer);
			assertThat(producer.output() + consumer.output()).doesNotContain(SECRET);
			assertThat(consumer.output()).contains("timed_out", "failed", "unprocessable",
					"No copy of a dead letter was confirmed", "could not be moved on", "with other content");
			assertThat(producer.output()).contains("rejected, nacked", "rejected, unroutable")
				.containsPattern("unknown, (confirm-timeout|connection-lost)");
			Sent process = span(collector, "process hello", "bad");
			JsonNode dead = line(consumed, "bad");
			assertThat(fields(dead)).containsExactly("unprocessable: " + UnprocessableMessageException.class.getName(),
					process.attributes().get("waybill.source"), process.attributes().get("waybill.sequence"),
					process.traceId());
			Sent publish = span(collector, "publish hello", "nacked");
			assertThat(fields(line(produced, "nacked"))).containsExactly("nacked",
					publish.attributes().get("waybill.source"), publish.attributes().get("waybill.sequence"),
					publish.traceId());
			assertThat(dead.path("log").path("level").asString()).isEqualTo("WARN");
			assertThat(dead.path("service").path("name").asString()).isEqualTo("waybill-consumer");
		}
	}

	@Test
	void asTextAFailureIsOneLineAndTenOfACauseAreToldAndOfABodyWhatIsAskedFor() throws Exception {
		Service producer = this.fleet.producer("p");
		Service consumer = this.fleet.scripted();
		this.fleet.ready();
		post(producer, "/messages", "fails 1 0", "Idempotency-Key", "once");
		for (int i = 1; i <= 40; i++) {
			post(producer, "/messages", "refuses " + SECRET, "Idempotency-Key", "bad" + i);
		}
		Eventually.within(SOON, () -> this.host.peek("hello.dlq").size() == 40);
		Eventually.within(SOON, () -> this.fleet.journal().contains("once"));
		consumer.terminate();
		List<String> lines = consumer.output().lines().filter((line) -> line.contains(" ended as ")).toList();
		assertThat(lines).hasSize(11);
		assertThat(lines).anySatisfy((line) -> assertThat(line).matches(
				".* WARN .*: Attempt 1 of 5 ended as failed; it is tried again: java\\.lang\\.IllegalStateException"
						+ " at dev\\.waybill\\.pair\\.ScriptedConsumer\\.perform\\(ScriptedConsumer\\.java:\\d+\\)"
						+ " \\(message once, source [0-9a-f]{16}, sequence 1\\)"));
		assertThat(lines).anySatisfy(
				(line) -> assertThat(line).contains("Attempt 1 of 5 ended as unprocessable; it becomes a dead letter: ",
						"(message bad1, source ", "sequence 2)"));
		assertThat(consumer.output()).contains("30 more of the cause unprocessable: "
				+ UnprocessableMessageException.class.getName() + " were left out within a minute");
		assertThat(consumer.output()).doesNotContain("\tat ", SECRET);
		tellsSoMuchOfABodyAsIsAskedFor(producer);
	}

	private void tellsSoMuchOfABodyAsIsAskedFor(Service producer) throws Exception {
		Service consumer = failing("--waybill.log.body=100B").awaitReady();
		post(producer, "/messages", "quotes " + SECRET);
		Eventually.within(SOON, () -> this.host.peek("hello.dlq").size() == 41);
		assertThat(consumer.output()).contains("java.lang.IllegalStateException: cannot digest quotes " + SECRET,
				"caused by java.lang.NumberFormatException: For input string: " + SECRET,
				"; its body of 17 bytes: quotes " + SECRET);
	}

	private Service failing(String... more) {
		List<String> all = new ArrayList<>(List.of("--waybill.max-attempts=2", "--waybill.process-timeout=300ms",
				"--waybill.dead-letters.retry-interval=500ms"));
		all.addAll(List.of(more));
		return this.fleet.scripted(all.toArray(String[]::new));
	}

	private void failWhereItIsProcessed(Service producer, Service consumer) throws Exception {
		assertThat(post(producer, "/messages", "quotes " + SECRET)).isEqualTo(202);
		assertThat(post(producer, "/messages", "sleeps " + SECRET)).isEqualTo(202);
		assertThat(post(producer, "/messages", "refuses " + SECRET, "Idempotency-Key", "bad")).isEqualTo(202);
		Eventually.within(SOON, () -> this.host.peek("hello.dlq").size() == 3);
		conflict();
		Eventually.within(SOON, () -> consumer.metric("waybill_conflicts_total") == 1);
		this.host.onChannel((channel) -> channel.queueDelete("hello.dlq"));
		assertThat(post(producer, "/messages", "refuses " + SECRET)).isEqualTo(202);
		Eventually.within(SOON, () -> consumer.metric("waybill_dead_letters_failed_total") > 1);
	}

	/** Two of a producer that gives one id to both. */
	private void conflict() {
		for (String body : List.of("x " + SECRET, "y " + SECRET)) {
			Map<String, Object> headers = Map.of("waybill-source", 1L, "waybill-sequence", (long) body.charAt(0),
					"waybill-accepted-at", 1L);
			this.host.onChannel((channel) -> {
				channel.basicPublish("", "hello",
						new BasicProperties.Builder().messageId("both").appId("other").headers(headers).build(),
						body.getBytes());
				return true;
			});
		}
	}

	private void failWhereItIsPublished(Service producer, BrokerLine line) throws Exception {
		String json = "application/json";
		assertThat(post(producer, "/messages", "{\"a\": " + SECRET + "}", "Content-Type", json)).isEqualTo(400);
		assertThat(post(producer, "/messages", SECRET.repeat(200))).isEqualTo(413);
		assertThat(post(producer, "/messages", "x", "Idempotency-Key", "used")).isEqualTo(202);
		assertThat(post(producer, "/messages", SECRET, "Idempotency-Key", "used")).isEqualTo(422);
		assertThat(post(producer, "/messages/batch", "1\n" + SECRET + "\n", "Content-Type", "application/x-ndjson"))
			.isEqualTo(207);
		this.host.fill("hello");
		assertThat(post(producer, "/messages", SECRET, "Idempotency-Key", "nacked")).isEqualTo(503);
		this.host.relieve();
		line.hold();
		assertThat(post(producer, "/messages", SECRET, "Idempotency-Key", "late")).isEqualTo(504);
		line.cut();
		assertThat(post(producer, "/messages", SECRET)).isIn(503, 504);
		line.mend();
		Eventually.within(SOON, () -> producer.metric("waybill_lanes_alive") == 1);
		this.host.onChannel((channel) -> channel.queueDelete("hello"));
		assertThat(post(producer, "/messages", SECRET)).isEqualTo(503);
	}

	private static int post(Service producer, String path, String body, String... headers) {
		return new Client(producer).post(path, body, headers);
	}

	/** Its lines, each of which must be a JSON object. */
	private static List<JsonNode> objects(Service service) {
		List<JsonNode> objects = service.output().lines().map(JSON::readTree).toList();
		assertThat(objects).hasSizeGreaterThan(5).allMatch(JsonNode::isObject);
		return objects;
	}

	/** The one line about this message. */
	private static JsonNode line(List<JsonNode> lines, String messageId) {
		List<JsonNode> found = lines.stream()
			.filter((line) -> line.path("waybill").path("message-id").asString("").equals(messageId))
			.toList();
		assertThat(found).hasSize(1);
		return found.get(0);
	}

	private static Sent span(Collector collector, String name, String messageId) {
		return collector.await((span) -> span.name().equals(name) && span.isOf(messageId));
	}

	private static List<String> fields(JsonNode line) {
		JsonNode waybill = line.path("waybill");
		return List.of(waybill.path("cause").asString(""), waybill.path("source").asString(""),
				waybill.path("sequence").asString(""), line.path("trace").path("id").asString(""));
	}

}
