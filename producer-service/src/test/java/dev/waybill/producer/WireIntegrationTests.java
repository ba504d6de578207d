package dev.waybill.producer;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.LongStream;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a plain AMQP client sees of a message that was POSTed. */
@NeedsRabbitMq
class WireIntegrationTests {

	private static VirtualHost host;

	private static RunningProducer producer;

	@BeforeAll
	static void start() {
		host = RabbitBroker.shared().newVirtualHost();
		producer = RunningProducer.on(host);
	}

	@AfterAll
	static void stop() {
		producer.close();
	}

	@Test
	void carriesBodyPropertiesAndWaybillAndNothingElse() {
		byte[] body = RunningProducer.bytes(3000);
		Instant before = Instant.now();
		Answer answer = producer.post(body, "Idempotency-Key", "order-17", "Content-Type", "image/png",
				"Content-Encoding", "br", "X-Of-The-Client", "stays here", "traceparent",
				"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(answer.messageId()).isEqualTo("order-17");
		assertThat(answer.json().path("instance").asString()).isEqualTo("tested");
		GetResponse found = only();
		assertThat(found.getBody()).isEqualTo(body);
		assertThat(found.getEnvelope().getExchange()).isEmpty();
		assertThat(found.getEnvelope().getRoutingKey()).isEqualTo("hello");
		BasicProperties properties = found.getProps();
		assertThat(properties.getMessageId()).isEqualTo("order-17");
		assertThat(properties.getContentType()).isEqualTo("image/png");
		assertThat(properties.getContentEncoding()).isEqualTo("br");
		assertThat(properties.getDeliveryMode()).isEqualTo(2);
		assertThat(properties.getAppId()).isEqualTo("tested");
		assertThat(properties.getTimestamp()).isBetween(Date.from(before.minusSeconds(1)), new Date());
		assertThat(properties.getPriority()).isNull();
		assertThat(properties.getCorrelationId()).isNull();
		assertThat(properties.getReplyTo()).isNull();
		assertThat(properties.getExpiration()).isNull();
		assertThat(properties.getType()).isNull();
		assertThat(properties.getUserId()).isNull();
		assertThat(properties.getClusterId()).isNull();
		Map<String, Object> headers = properties.getHeaders();
		assertThat(headers).containsOnlyKeys("waybill-source", "waybill-sequence", "waybill-accepted-at");
		assertThat(headers.values()).allSatisfy((value) -> assertThat(value).isInstanceOf(Long.class));
		long acceptedAt = header(found, "waybill-accepted-at");
		assertThat(acceptedAt).isBetween(before.toEpochMilli() * 1000,
				Instant.now().plusMillis(1).toEpochMilli() * 1000);
		assertThat(acceptedAt / 1_000_000).isEqualTo(properties.getTimestamp().getTime() / 1000);
	}

	@Test
	void leavesOutTheTypeThatTheClientLeftOut() {
		Answer answer = RawHttp.send(producer.port(),
				"POST /messages HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
		producer.book().note(answer, "");
		assertThat(answer.status()).isEqualTo(202);
		GetResponse found = only();
		assertThat(found.getProps().getContentType()).isNull();
		assertThat(found.getProps().getContentEncoding()).isNull();
		assertThat(found.getBody()).asString().isEqualTo("hi");
	}

	@Test
	void makesAnIdOfVersionSevenWhereThereIsNoKey() {
		Answer answer = producer.post("hello");
		UUID id = UUID.fromString(answer.messageId());
		assertThat(id.version()).isEqualTo(7);
		assertThat(id.getMostSignificantBits() >>> 16).isBetween(System.currentTimeMillis() - 60_000,
				System.currentTimeMillis());
		assertThat(only().getProps().getMessageId()).isEqualTo(answer.messageId());
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/plain", "text/plain; charset=utf-8", "TEXT/Plain;Charset=\"UTF-8\"",
			"text/plain; charset=no-such-charset", "application/octet-stream", "application/x-www-form-urlencoded",
			"multipart/form-data; boundary=xyz", "multipart/mixed; boundary=\"a b\"", "application/x-ndjson",
			"application/vnd.acme.order+xml;version=2", "image/svg+xml", "x/y" })
	void takesAnyContentTypeAndKeepsItAndTheBodyAsTheyAre(String type) {
		byte[] body = "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1&a=%20\r\n--xyz--\r\n"
			.getBytes(StandardCharsets.UTF_8);
		assertThat(producer.post(body, "Content-Type", type)).extracting(Answer::status, Answer::outcome)
			.containsExactly(202, "accepted");
		GetResponse found = only();
		assertThat(found.getProps().getContentType()).isEqualTo(type);
		assertThat(found.getBody()).isEqualTo(body);
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/json", "application/json; charset=UTF-8", "application/problem+json" })
	void keepsJsonToTheByte(String type) {
		byte[] body = " {\"a\" : [1,2.50,\"\u00fc\"] ,\"a\":null}\n".getBytes(StandardCharsets.UTF_8);
		assertThat(producer.post(body, "Content-Type", type).status()).isEqualTo(202);
		assertThat(only().getBody()).isEqualTo(body);
	}

	@Test
	void takesAnEmptyBodyOfAnyTypeButJson() {
		assertThat(producer.post(new byte[0], "Content-Type", "text/plain").status()).isEqualTo(202);
		assertThat(only().getBody()).isEmpty();
	}

	@Test
	void takesBodiesOfUnknownLength() {
		byte[] body = RunningProducer.bytes(300_000);
		assertThat(producer.postAsync(RunningProducer.chunked(body)).join().status()).isEqualTo(202);
		assertThat(only().getBody()).isEqualTo(body);
	}

	@Test
	void numbersTheMessagesOfALaneDensely() {
		List<Answer> answers = LongStream.range(0, 500)
			.mapToObj((i) -> producer.postAsync("message " + i))
			.toList()
			.stream()
			.map((answer) -> answer.join())
			.toList();
		assertThat(answers).allSatisfy((answer) -> assertThat(answer.status()).isEqualTo(202));
		List<GetResponse> found = producer.settleUp(host);
		assertThat(found).hasSize(500);
		assertThat(found).extracting((one) -> header(one, "waybill-source"))
			.containsOnly(header(found.get(0), "waybill-source"));
		long first = header(found.get(0), "waybill-sequence");
		assertThat(found).extracting((one) -> header(one, "waybill-sequence"))
			.containsExactlyElementsOf(LongStream.range(first, first + 500).boxed().toList());
		assertThat(producer.scrape().laneStarts()).isEqualTo(1);
	}

	private static long header(GetResponse message, String name) {
		return (Long) Objects.requireNonNull(message.getProps().getHeaders().get(name));
	}

	private static GetResponse only() {
		List<GetResponse> found = producer.settleUp(host);
		assertThat(found).hasSize(1);
		return found.get(0);
	}

}
