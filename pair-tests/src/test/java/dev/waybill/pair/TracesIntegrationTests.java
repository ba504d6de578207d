package dev.waybill.pair;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.DeadLetter;
import dev.waybill.contract.Traceparent;
import dev.waybill.pair.Collector.Sent;
import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;

/** One trace from a request to the processor, whichever road the message takes. */
@NeedsRabbitMq
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TracesIntegrationTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final String SPAN = "00f067aa0ba902b7";

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private final Fleet fleet = new Fleet(this.host);

	private final Collector collector = new Collector();

	private final BrokerLine line = new BrokerLine(this.host);

	private final Service producer = this.fleet.producer("p", traced("--spring.rabbitmq.addresses=" + this.line.uri()));

	private final Service consumer = this.fleet.scripted(traced());

	private final Client client = new Client(this.producer);

	@BeforeAll
	void awaitFleet() {
		this.fleet.ready();
	}

	@AfterAll
	void endFleet() {
		this.fleet.close();
		this.line.close();
		this.collector.close();
	}

	@Test
	void oneTraceFromTheRequestToWhatTheProcessorDoes() {
		assertThat(this.client.post("/messages", "traces", "Idempotency-Key", "own")).isEqualTo(202);
		Sent process = process("own");
		Sent publish = publish("own");
		Sent request = request(publish);
		Sent own = this.collector.await((span) -> span.name().equals(ScriptedConsumer.OWN_SPAN));
		assertThat(request.isRoot()).isTrue();
		assertThat(process.isUnder(publish)).isTrue();
		assertThat(own.isUnder(process)).isTrue();
		assertThat(request.name()).isEqualTo("http post /messages");
		assertThat(request.kind()).isEqualTo(SpanKind.SPAN_KIND_SERVER);
		assertThat(publish.kind()).isEqualTo(SpanKind.SPAN_KIND_PRODUCER);
		assertThat(process.kind()).isEqualTo(SpanKind.SPAN_KIND_CONSUMER);
		assertThat(List.of(request.service(), publish.service())).containsOnly("producer-service");
		assertThat(process.service()).isEqualTo("waybill-consumer");
		assertThat(List.of(request, publish, process, own)).noneMatch(Sent::failed);
		assertThat(request.attributes()).containsEntry("status", "202").containsEntry("uri", "/messages");
		assertThat(publish.attributes()).containsEntry("messaging.operation.type", "send");
		assertThat(process.attributes()).containsEntry("messaging.operation.type", "process")
			.containsEntry("waybill.attempt", "1");
		for (Sent span : List.of(publish, process)) {
			assertThat(span.attributes()).containsEntry("messaging.system", "rabbitmq")
				.containsEntry("messaging.destination.name", "hello")
				.containsEntry("messaging.message.body.size", "6")
				.containsKey("waybill.source")
				.containsKey("waybill.sequence");
		}
		assertThat(number(process)).isEqualTo(number(publish));
	}

	@Test
	void theClientsTraceGoesOnAndAMalformedOneIsIgnored() {
		String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
		List<String> wrong = List.of("00-" + trace + "-0000000000000000-01", "x".repeat(300), "00-" + trace);
		for (String header : wrong) {
			assertThat(this.client.post("/messages", "x", "traceparent", header, "Idempotency-Key",
					"wrong" + wrong.indexOf(header)))
				.isEqualTo(202);
		}
		assertThat(this.client.post("/messages", "x", "traceparent", "00-" + trace + "-" + SPAN + "-01",
				"Idempotency-Key", "right"))
			.isEqualTo(202);
		Sent publish = publish("right");
		assertThat(publish.traceId()).isEqualTo(trace);
		assertThat(request(publish).parentId()).isEqualTo(SPAN);
		assertThat(process("right").isUnder(publish)).isTrue();
		for (int i = 0; i < wrong.size(); i++) {
			assertThat(request(publish("wrong" + i)).isRoot()).isTrue();
			assertThat(publish("wrong" + i).traceId()).isNotEqualTo(trace);
		}
	}

	@Test
	void aTraceThatIsNotSampledIsNotSentAndItsMessageSaysSo() {
		String trace = "0af7651916cd43dd8448eb211c80319c";
		this.client.post("/messages", "unprocessable", "traceparent", "00-" + trace + "-" + SPAN + "-00");
		assertThat(traceparent(deadLetter())).startsWith("00-" + trace + "-").endsWith("-00");
		this.client.post("/messages", "x", "Idempotency-Key", "sampled");
		process("sampled");
		assertThat(this.collector.spans()).noneMatch((span) -> span.traceId().equals(trace));
	}

	@Test
	void eachLineOfABatchHasItsOwnPublishUnderTheRequest() {
		assertThat(this.client.post("/messages/batch", "1\n2\n}\n3\n", "Content-Type", "application/x-ndjson",
				"Idempotency-Key", "b"))
			.isEqualTo(207);
		Sent request = request(publish("b/0"));
		assertThat(request.name()).isEqualTo("http post /messages/batch");
		for (String id : List.of("b/0", "b/1", "b/3")) {
			assertThat(publish(id).isUnder(request)).isTrue();
			assertThat(process(id).isUnder(publish(id))).isTrue();
		}
		assertThat(this.collector.spans()).noneMatch((span) -> span.isOf("b/2"));
	}

	@Test
	void goesOnThroughADeadLetterAndWhereThatIsPublishedAgain() {
		this.client.post("/messages", "unprocessable", "Idempotency-Key", "bad");
		Sent process = process("bad");
		Sent dead = this.collector.await((span) -> span.name().equals("dead-letter hello.dlx:dlq") && span.isOf("bad"));
		assertThat(process.isUnder(publish("bad"))).isTrue();
		assertThat(process.failed()).isTrue();
		assertThat(process.attributes()).containsEntry("error.type", "unprocessable");
		assertThat(process.exceptions()).containsExactly("no such account");
		assertThat(dead.isUnder(process)).isTrue();
		assertThat(dead.kind()).isEqualTo(SpanKind.SPAN_KIND_PRODUCER);
		assertThat(dead.failed()).isFalse();
		GetResponse letter = deadLetter();
		assertThat(traceparent(letter)).isEqualTo(dead.traceparent());
		publish(this.host, "again", "x", traceparent(letter));
		assertThat(process("again").isUnder(dead)).isTrue();
	}

	@Test
	void eachAttemptHasASpanUnderThePublish() {
		this.client.post("/messages", "fails 2 0", "Idempotency-Key", "thrice");
		List<Sent> attempts = this.collector.await(3,
				(span) -> span.name().equals("process hello") && span.isOf("thrice"));
		assertThat(attempts).allMatch((attempt) -> attempt.isUnder(publish("thrice")));
		assertThat(attempts).extracting((attempt) -> attempt.attributes().get("waybill.attempt"))
			.containsExactly("1", "2", "3");
		assertThat(attempts).extracting(Sent::failed).containsExactly(true, true, false);
	}

	@Test
	void goesOnWhereTheBrokerMovesADeadLetterItself() {
		Hand.takes(this.host,
				() -> CompletableFuture.runAsync(() -> this.client.post("/messages", "x", "Idempotency-Key", "hand")),
				(channel, tag) -> channel.basicReject(tag, false));
		Sent dead = this.collector
			.await((span) -> span.name().equals("dead-letter hello.dlx:dlq") && span.isOf("hand"));
		assertThat(dead.isUnder(publish("hand"))).isTrue();
		GetResponse letter = deadLetter();
		assertThat(traceparent(letter)).isEqualTo(dead.traceparent());
		assertThat(letter.getProps().getHeaders().get(DeadLetter.REASON))
			.hasToString("the broker: rejected in queue hello");
	}

	@Test
	void whatIsPublishedAgainKeepsItsTrace() {
		this.line.hold();
		CompletableFuture<Integer> answer = CompletableFuture
			.supplyAsync(() -> this.client.post("/messages", "x", "Idempotency-Key", "twice"));
		Eventually.within(SOON, () -> this.fleet.journal().contains("twice"));
		this.line.cut();
		this.line.mend();
		assertThat(answer.join()).isEqualTo(202);
		List<Sent> publishes = this.collector.await(2,
				(span) -> span.name().equals("publish hello") && span.isOf("twice"));
		Sent request = request(publishes.get(0));
		assertThat(publishes).allMatch((publish) -> publish.isUnder(request));
		assertThat(publishes).extracting(Sent::failed).containsExactly(true, false);
		assertThat(publishes.get(0).attributes()).containsEntry("error.type", "connection-lost");
		assertThat(number(publishes.get(0))).isNotEqualTo(number(publishes.get(1)));
		assertThat(process("twice").isUnder(publishes.get(0))).isTrue();
	}

	@Test
	void aForeignMessagesTraceGoesOnAndAMalformedOneIsIgnored() {
		String trace = "f1e2d3c4b5a69788796a5b4c3d2e1f00";
		publish(this.host, "good", "x", "00-" + trace + "-" + SPAN + "-01");
		publish(this.host, "malformed", "x", "00-" + trace + "-" + SPAN);
		publish(this.host, "odd", "x", 4711L);
		assertThat(process("good").traceId()).isEqualTo(trace);
		assertThat(process("good").parentId()).isEqualTo(SPAN);
		assertThat(process("malformed").isRoot()).isTrue();
		assertThat(process("odd").isRoot()).isTrue();
	}

	@Test
	void theLatenciesHaveExemplarsThatNameTraces() {
		this.client.post("/messages", "x", "Idempotency-Key", "measured");
		process("measured");
		Client scrape = new Client(this.consumer);
		for (List<String> exemplars : List.of(this.client.exemplars("waybill_publish_seconds_bucket"),
				scrape.exemplars("waybill_process_seconds_bucket"),
				scrape.exemplars("waybill_end_to_end_seconds_bucket"))) {
			assertThat(exemplars).isNotEmpty()
				.allSatisfy(
						(trace) -> assertThat(this.collector.spans()).anyMatch((span) -> span.traceId().equals(trace)));
		}
	}

	private String[] traced(String... more) {
		String[] all = new String[more.length + 2];
		System.arraycopy(more, 0, all, 2, more.length);
		all[0] = this.collector.endpoint();
		all[1] = "--management.opentelemetry.tracing.export.schedule-delay=100ms";
		return all;
	}

	private Sent publish(String id) {
		return this.collector.await((span) -> span.name().equals("publish hello") && span.isOf(id));
	}

	private Sent process(String id) {
		return this.collector.await((span) -> span.name().equals("process hello") && span.isOf(id));
	}

	private Sent request(Sent publish) {
		return this.collector.await((span) -> span.name().startsWith("http post ") && publish.isUnder(span));
	}

	private static String number(Sent span) {
		return span.attributes().get("waybill.source") + "/" + span.attributes().get("waybill.sequence");
	}

	private GetResponse deadLetter() {
		Eventually.within(SOON, () -> !this.host.peek("hello.dlq").isEmpty());
		List<GetResponse> letters = this.host.drain("hello.dlq");
		assertThat(letters).hasSize(1);
		return letters.get(0);
	}

	static void publish(VirtualHost host, String id, String body, Object traceparent) {
		Map<String, Object> headers = new HashMap<>();
		headers.put(Traceparent.HEADER, traceparent);
		host.onChannel((channel) -> {
			channel.basicPublish("", "hello", new BasicProperties.Builder().messageId(id).headers(headers).build(),
					body.getBytes(StandardCharsets.UTF_8));
			return true;
		});
	}

	static String traceparent(GetResponse message) {
		return String.valueOf(message.getProps().getHeaders().get(Traceparent.HEADER));
	}

}
