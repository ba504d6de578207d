package dev.waybill.producer;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a client may send, and what it is told where it may not. */
@NeedsRabbitMq
class HttpInputIntegrationTests {

	private static final int LARGEST = 1024 * 1024;

	private static final String CLOSE = "Host: a\r\nConnection: close\r\n";

	private static VirtualHost host;

	private static RunningProducer producer;

	@BeforeAll
	static void start() {
		host = RabbitBroker.shared().newVirtualHost();
		producer = RunningProducer.on(host, "--waybill.publish.time-limit=1s");
	}

	@AfterAll
	static void stop() {
		producer.close();
	}

	@AfterEach
	void theBooksBalanceAndTheChannelIsTheFirst() {
		producer.settleUp(host);
		assertThat(producer.scrape().laneStarts()).isEqualTo(1);
	}

	@Test
	void saysWhereJsonIsMalformed() {
		Answer answer = producer.post("{\"a\": 1,\n\"b\": tru}", "Content-Type", "application/json");
		assertProblem(answer, 400, "malformed");
		assertThat(answer.detail()).contains("line 2, column 6");
	}

	@Test
	void endsABodyThatComesTooSlowly() {
		Answer answer = RawHttp.sendSlowly(producer.port(),
				"POST /messages HTTP/1.1\r\n" + CLOSE
						+ "Content-Type: text/plain\r\nIdempotency-Key: slow\r\nContent-Length: 1000\r\n\r\n",
				11, Duration.ofMillis(100));
		assertProblem(answer, 408, "too-slow");
		assertThat(answer.detail()).contains("1000 ms", "bytes of the body");
		assertThat(answer.messageId()).isEqualTo("slow");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{", "[1,", "{} {}", "1 2", "nul", "\"open", "{\"a\" 1}", "\u00e4", "[1]]", "{}x", "{]",
			"[1}" })
	void refusesWhatIsNotOneJsonValue(String body) {
		Answer answer = producer.post(body, "Content-Type", "application/vnd.acme+json; charset=utf-8");
		assertProblem(answer, 400, "malformed");
		assertThat(answer.detail()).contains("line 1, column ").doesNotContain("Source", "Feature");
	}

	@Test
	void refusesJsonThatIsNotUtf8() {
		Answer answer = producer.post(new byte[] { '"', (byte) 0xc3, '"' }, "Content-Type", "application/json");
		assertProblem(answer, 400, "malformed");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\n" })
	void noJsonIsNotJson(String body) {
		Answer answer = producer.post(body, "Content-Type", "application/json");
		assertProblem(answer, 400, "malformed");
		assertThat(answer.detail()).contains("empty");
	}

	@Test
	void takesJsonThatIsUnusualButRight() {
		String number = "1" + "0".repeat(5000);
		String name = "n".repeat(100_000);
		assertThat(
				producer.post("[" + number + ",{\"" + name + "\":null}]", "Content-Type", "application/json").status())
			.isEqualTo(202);
		assertThat(producer.post("7", "Content-Type", "application/json").status()).isEqualTo(202);
	}

	@Test
	void saysThatJsonIsNestedTooDeep() {
		Answer answer = producer.post("[".repeat(300_000) + "]".repeat(300_000), "Content-Type", "application/json");
		assertProblem(answer, 400, "malformed");
		assertThat(answer.detail()).contains("nested");
	}

	@Test
	void compressedJsonIsNotReadAsJson() {
		assertThat(producer
			.post(RunningProducer.bytes(100), "Content-Type", "application/json", "Content-Encoding", "gzip")
			.status()).isEqualTo(202);
	}

	@Test
	void takesExactlyTheLargestBody() {
		assertThat(producer.post(RunningProducer.bytes(LARGEST)).status()).isEqualTo(202);
		assertThat(producer.postAsync(RunningProducer.chunked(RunningProducer.bytes(LARGEST))).join().status())
			.isEqualTo(202);
	}

	@Test
	void refusesOneByteMoreByItsDeclaredLengthWithoutReadingIt() {
		Answer answer = producer.raw("POST /messages HTTP/1.1\r\n" + CLOSE
				+ "Idempotency-Key: large\r\nContent-Length: " + (LARGEST + 1) + "\r\n\r\n");
		assertProblem(answer, 413, "too-large");
		assertThat(answer.messageId()).isEqualTo("large");
		assertThat(answer.millis()).isLessThan(3000);
		assertProblem(producer.post(RunningProducer.bytes(LARGEST + 1)), 413, "too-large");
	}

	@Test
	void refusesOneByteMoreAlsoWhereTheLengthIsUnknown() {
		byte[] body = RunningProducer.bytes(LARGEST + 1);
		assertProblem(producer.postAsync(RunningProducer.chunked(body)).join(), 413, "too-large");
	}

	@Test
	void anAbsurdLengthTakesNoMemory() {
		Answer answer = producer
			.raw("POST /messages HTTP/1.1\r\n" + CLOSE + "Content-Length: 9223372036854775807\r\n\r\n");
		assertProblem(answer, 413, "too-large");
	}

	@Test
	void aBodyThatEndsEarlyIsNoMessage() {
		Answer answer = RawHttp.sendAndEnd(producer.port(),
				"POST /messages HTTP/1.1\r\n" + CLOSE + "Content-Length: 10\r\n\r\nabc");
		producer.book().note(answer, "");
		assertProblem(answer, 400, "malformed");
	}

	@Test
	void whatGoesOnAfterTheDeclaredLengthIsNotOfTheMessage() {
		Answer answer = producer.raw("POST /messages HTTP/1.1\r\n" + CLOSE + "Content-Length: 3\r\n\r\nabcdef");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(producer.settleUp(host)).singleElement()
			.satisfies((one) -> assertThat(one.getBody()).asString().isEqualTo("abc"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "zz\r\nabc\r\n0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n", "3\r\nabcdef\r\n0\r\n\r\n" })
	void refusesBadChunks(String chunks) {
		assertProblem(
				producer.raw("POST /messages HTTP/1.1\r\n" + CLOSE + "Transfer-Encoding: chunked\r\n\r\n" + chunks),
				400, "malformed");
	}

	@ParameterizedTest
	@CsvSource({ "GET, 405, method-not-allowed", "PUT, 405, method-not-allowed", "DELETE, 405, method-not-allowed",
			"PATCH, 405, method-not-allowed" })
	void saysWhichMethodAPathTakes(String method, int status, String reason) {
		Answer answer = producer
			.send(producer.request("/messages").method(method, BodyPublishers.ofString("x")).build())
			.join();
		assertProblem(answer, status, reason);
		assertThat(answer.header("Allow")).contains("POST");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/message", "/messages/a/b/c", "/error", "/index.htm", "/actuator/env",
			"/actuator/shutdown", "/a%20b" })
	void saysThatThereIsNothingAtAPath(String path) {
		assertProblem(producer.get(path), 404, "not-found");
	}

	@ParameterizedTest
	@ValueSource(strings = { "text", "text/", "/plain", "a/b/c", "a b/c", ";charset=utf-8" })
	void refusesAContentTypeThatIsNone(String type) {
		Answer answer = producer
			.raw("POST /messages HTTP/1.1\r\n" + CLOSE + "Content-Type: " + type + "\r\nContent-Length: 1\r\n\r\nx");
		assertProblem(answer, 415, "unsupported-media-type");
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/html", "application/xml", "image/*" })
	void refusesAClientThatTakesNoneOfTheAnswers(String accept) {
		assertProblem(producer.post("x", "Accept", accept), 406, "not-acceptable");
	}

	@ParameterizedTest
	@ValueSource(strings = { "*/*", "application/*", "application/json", "application/problem+json",
			"text/html, application/json;q=0.1" })
	void answersAClientThatTakesOneOfThem(String accept) {
		assertThat(producer.post("x", "Accept", accept).status()).isEqualTo(202);
		assertProblem(producer.post("{", "Accept", accept, "Content-Type", "application/json"), 400, "malformed");
	}

	@Test
	void refusesSeveralKeys() {
		assertProblem(producer.post("x", "Idempotency-Key", "a", "Idempotency-Key", "b"), 400, "malformed");
		assertProblem(producer.post("x", "Idempotency-Key", "a", "Idempotency-Key", "a"), 400, "malformed");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\"\"", "a b", "\"a\"b\"", "\u00e4", "a\tb" })
	void refusesAKeyThatIsNone(String key) {
		assertProblem(producer
			.raw("POST /messages HTTP/1.1\r\n" + CLOSE + "Idempotency-Key: " + key + "\r\nContent-Length: 1\r\n\r\nx"),
				400, "malformed");
	}

	@Test
	void takesAKeyOfTwoHundredCharacters() {
		String longest = "!~".repeat(100);
		assertThat(producer.post("x", "Idempotency-Key", longest).messageId()).isEqualTo(longest);
		assertProblem(producer.post("x", "Idempotency-Key", longest + "x"), 400, "malformed");
	}

	@ParameterizedTest
	@ValueSource(strings = { "nonsense", "POST\r\n", "POST /messages HTTP/9.9\r\n\r\n", "POST /mess ages HTTP/1.1\r\n",
			"P@ST /messages HTTP/1.1\r\n", "GET /a|b HTTP/1.1\r\n", "GET /%zz HTTP/1.1\r\n", "GET /%00 HTTP/1.1\r\n",
			"GET /a%2Fb HTTP/1.1\r\n", "GET /../../x HTTP/1.1\r\n", "GET /\\x HTTP/1.1\r\n",
			"\u0016\u0003\u0001\u0002\u0000\u0001" })
	void whatTomcatRefusesIsAProblemToo(String line) {
		Answer answer = RawHttp.sendAndEnd(producer.port(), line + CLOSE + "\r\n");
		assertThat(answer.status()).isBetween(400, 505);
		assertThat(answer.isProblem()).as(answer.toString()).isTrue();
		assertThat(answer.outcome()).isEqualTo("rejected");
		assertThat(answer.reason()).isNotEmpty();
		assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status());
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: x\r\n", "Content-Length: -1\r\n",
					"Content-Length: 1\r\nTransfer-Encoding: nonsense\r\n", "Transfer-Encoding: nonsense\r\n",
					"Expect: nonsense\r\nContent-Length: 1\r\n", "Bad Header: x\r\nContent-Length: 1\r\n",
					"X: a\u0000b\r\nContent-Length: 1\r\n", "Host: second\r\nContent-Length: 1\r\n" })
	void headersThatContradictOrAreNoneAreAProblem(String headers) {
		Answer answer = RawHttp.sendAndEnd(producer.port(), "POST /messages HTTP/1.1\r\n" + CLOSE + headers + "\r\nx");
		assertThat(answer.status()).isBetween(400, 501);
		assertThat(answer.isProblem()).as(answer.toString()).isTrue();
		assertThat(answer.outcome()).isEqualTo("rejected");
		assertThat(answer.reason()).isNotEmpty();
	}

	@Test
	void saysThatTheHeaderIsTooLarge() {
		Answer answer = producer.raw("POST /messages HTTP/1.1\r\n" + CLOSE + "Idempotency-Key: " + "k".repeat(10_000)
				+ "\r\nContent-Length: 1\r\n\r\nx");
		assertProblem(answer, 431, "header-too-large");
		Answer many = producer.raw("POST /messages HTTP/1.1\r\n" + CLOSE + "X: y\r\n".repeat(2000) + "\r\n");
		assertThat(many.status()).isBetween(400, 431);
		assertThat(many.isProblem()).isTrue();
	}

	/**
	 * A client that is not told keeps the connection and loses its next message in it.
	 */
	@ParameterizedTest
	@ValueSource(
			strings = { "POST /messages HTTP/1.1\r\nHost: a\r\nX: y%s\r\n", "POST /messages HTTP/9.9\r\nHost: a\r\n" })
	void saysWhenTomcatEndsTheConnection(String start) {
		Answer answer = RawHttp.sendAndEnd(producer.port(), start.formatted("y".repeat(10_000)) + "\r\n");
		assertThat(answer.status()).isGreaterThanOrEqualTo(400);
		assertThat(answer.header("Connection")).isEqualTo("close");
	}

	/** Any of these in a publish would make it throw and cost the channel. */
	@Test
	void hostileInputDisturbsNoGoodMessageOnItsLane() {
		List<CompletableFuture<Answer>> good = new ArrayList<>();
		List<String> hostile = List.of("Idempotency-Key: " + "k".repeat(300), "Idempotency-Key: " + "k".repeat(10_240),
				"Content-Type: text/" + "t".repeat(300), "Content-Encoding: " + "e".repeat(300),
				"Content-Encoding: " + "e".repeat(200) + "\r\nContent-Encoding: " + "e".repeat(200),
				"X-Large: " + "x".repeat(140_000), "Idempotency-Key: k\u00c3", "Idempotency-Key: \u00ff\u00fe",
				"Content-Type: text/\u00c3\u00a4", "Content-Type: text/plain; name=\u00ff",
				"Content-Encoding: \u00e2\u0082");
		for (int round = 0; round < 5; round++) {
			for (String header : hostile) {
				good.add(producer.postAsync("good", "Idempotency-Key", "good-" + good.size()));
				Answer answer = producer
					.raw("POST /messages HTTP/1.1\r\n" + CLOSE + header + "\r\nContent-Length: 1\r\n\r\nx");
				assertThat(answer.status()).as(header).isIn(400, 431);
				assertThat(answer.isProblem()).isTrue();
				assertThat(answer.outcome()).isEqualTo("rejected");
				good.add(producer.postAsync("good", "Idempotency-Key", "good-" + good.size()));
			}
		}
		good.forEach((answer) -> assertThat(answer.join().status()).isEqualTo(202));
		assertThat(producer.settleUp(host)).hasSize(good.size())
			.allSatisfy((one) -> assertThat(new String(one.getBody(), StandardCharsets.UTF_8)).isEqualTo("good"));
	}

	@Test
	void anEmptyTypeOrEncodingIsNone() {
		Answer answer = producer.raw("POST /messages HTTP/1.1\r\n" + CLOSE
				+ "Content-Type: \r\nContent-Encoding: \r\nContent-Length: 1\r\n\r\nx");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(producer.settleUp(host)).singleElement().satisfies((one) -> {
			assertThat(one.getProps().getContentType()).isNull();
			assertThat(one.getProps().getContentEncoding()).isNull();
		});
	}

	@Test
	void severalEncodingsAreKeptInTheirOrder() {
		assertThat(producer.post("x", "Content-Encoding", "gzip", "Content-Encoding", "br").status()).isEqualTo(202);
		assertThat(producer.settleUp(host)).singleElement()
			.satisfies((one) -> assertThat(one.getProps().getContentEncoding()).isEqualTo("gzip, br"));
	}

	private static void assertProblem(Answer answer, int status, String reason) {
		assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
		assertThat(answer.isProblem()).as(answer.toString()).isTrue();
		assertThat(answer.outcome()).isEqualTo("rejected");
		assertThat(answer.reason()).isEqualTo(reason);
		assertThat(answer.detail()).isNotBlank();
		assertThat(answer.json().path("status").asInt()).isEqualTo(status);
		assertThat(answer.header("Retry-After")).isNull();
	}

}
