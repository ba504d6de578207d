package dev.waybill.producer;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.rabbitmq.client.GetResponse;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Many messages in one request: what each of them is told. */
@NeedsRabbitMq
class BatchIntegrationTests {

	private static final JsonMapper JSON = new JsonMapper();

	private static final String PATH = "/messages/batch";

	private static VirtualHost host;

	private static RunningProducer producer;

	private final List<String> acceptedIds = new ArrayList<>();

	private final List<String> found = new ArrayList<>();

	@BeforeAll
	static void start() {
		host = RabbitBroker.shared().newVirtualHost();
		producer = RunningProducer.on(host, "--waybill.publish.entry-queue=20", "--waybill.publish.entry-bytes=4MB",
				"--waybill.batch.max-size=3MB", "--waybill.batch.time-limit=5s", "--waybill.batch.concurrent=2");
	}

	@AfterAll
	static void stop() {
		producer.close();
	}

	@AfterEach
	void theBooksBalanceAndNothingIsKept() {
		Eventually.within(Duration.ofSeconds(30), () -> producer.scrape().sum("waybill_batches_open") == 0);
		Scrape scrape = producer.scrape();
		scrape.verify();
		assertThat(scrape.inFlight()).isZero();
		assertThat(scrape.sum("waybill_entry_bytes")).isZero();
		assertThat(scrape.sum("waybill_entry_messages")).isZero();
		assertThat(scrape.laneStarts()).isEqualTo(1);
		queue();
		assertThat(this.found).containsExactlyInAnyOrderElementsOf(this.acceptedIds);
		// All that the batches may have together is there again.
		assertThat(post("1\n".repeat(30)).status()).isEqualTo(202);
		host.drain("hello");
	}

	@Test
	void eachLineIsAMessageOfItsOwnPassedOnUntouched() {
		Answer answer = post("{ \"a\" : 1 }\n  [2]\t\r\n\"\u00e4\"\n4");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(answer.header("Content-Type")).isEqualTo("application/x-ndjson");
		List<JsonNode> lines = lines(answer);
		assertThat(lines).extracting((line) -> line.path("index").asInt()).containsExactly(0, 1, 2, 3);
		assertThat(lines).allSatisfy((line) -> assertThat(line.size()).isEqualTo(3));
		List<GetResponse> messages = queue();
		assertThat(messages).extracting((one) -> new String(one.getBody(), StandardCharsets.UTF_8))
			.containsExactly("{ \"a\" : 1 }", "  [2]\t", "\"\u00e4\"", "4");
		assertThat(messages).extracting((one) -> one.getProps().getMessageId())
			.containsExactlyElementsOf(lines.stream().map((line) -> line.path("messageId").asString()).toList());
		assertThat(messages)
			.allSatisfy((one) -> assertThat(one.getProps().getContentType()).isEqualTo("application/json"));
	}

	@Test
	void aBadLineIsNamedAndHarmsNoOther() {
		Answer answer = post("1\n{bad\n\n\"" + "x".repeat(1024 * 1024) + "\"\n{} {}\n6\n");
		assertThat(answer.status()).isEqualTo(207);
		List<JsonNode> lines = lines(answer);
		assertThat(lines).extracting((line) -> line.path("outcome").asString())
			.containsExactly("accepted", "rejected", "rejected", "rejected", "rejected", "accepted");
		assertThat(lines).extracting((line) -> line.path("reason").asString(""))
			.containsExactly("", "malformed", "malformed", "too-large", "malformed", "");
		assertThat(lines.get(1).path("detail").asString()).contains("not JSON at line 1, column 2");
		assertThat(lines.get(3).path("detail").asString()).contains("longer than 1048576 bytes");
	}

	@Test
	void theLargestLineIsTaken() {
		String largest = "\"" + "x".repeat(1024 * 1024 - 2) + "\"";
		assertThat(post(largest + "\r\n" + largest).status()).isEqualTo(202);
		assertThat(queue()).allSatisfy((one) -> assertThat(one.getBody()).hasSize(1024 * 1024));
	}

	@Test
	void aRepeatWithTheSameKeyIsAnsweredAgainLineByLine() {
		assertThat(post("1\n2\n", "Idempotency-Key", "again").status()).isEqualTo(202);
		assertThat(queue()).extracting((one) -> one.getProps().getMessageId()).containsExactly("again/0", "again/1");
		Answer repeated = post("1\n\"other\"\n3\n", "Idempotency-Key", "\"again\"");
		assertThat(repeated.status()).isEqualTo(207);
		List<JsonNode> lines = lines(repeated);
		assertThat(lines.get(0).path("replayed").asBoolean()).isTrue();
		assertThat(lines.get(1).path("reason").asString()).isEqualTo("key-reused");
		assertThat(lines.get(2).path("messageId").asString()).isEqualTo("again/2");
		assertThat(queue()).extracting((one) -> one.getProps().getMessageId()).containsExactly("again/2");
	}

	@Test
	void aLineIsFoundByItsId() {
		post("1\n", "Idempotency-Key", "found");
		assertThat(producer.get("/messages/found%2F0").status()).isEqualTo(200);
	}

	@Test
	void moreThanThereIsRoomForIsReadSlowerAndNotRefused() {
		Answer answer = post(IntStream.range(0, 1000).mapToObj(Integer::toString).collect(Collectors.joining("\n")));
		assertThat(answer.status()).isEqualTo(202);
		assertThat(queue()).extracting((one) -> new String(one.getBody()))
			.containsExactlyElementsOf(IntStream.range(0, 1000).mapToObj(Integer::toString).toList());
	}

	@Test
	void theLineBeyondTheLastSpeaksForAllAfterIt() {
		Answer answer = post("7\n".repeat(1005));
		assertThat(answer.status()).isEqualTo(207);
		List<JsonNode> lines = lines(answer);
		assertThat(lines).hasSize(1001);
		assertThat(lines.get(1000).path("reason").asString()).isEqualTo("too-large");
		assertThat(lines.get(1000).path("detail").asString()).contains("at most 1000 lines", "all after it");
	}

	@Test
	void aBodyBeyondItsLimitIsRefusedWholeOnlyBeforeALineOfItIsTaken() {
		String line = "\"" + "x".repeat(900_000) + "\"\n";
		assertProblem(
				RawHttp.send(producer.port(),
						"POST " + PATH + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
								+ "Content-Type: application/x-ndjson\r\nContent-Length: 3145729\r\n\r\n"),
				413, "too-large");
		Answer answer = RawHttp.send(producer.port(),
				"POST " + PATH + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
						+ "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
						+ (Integer.toHexString(line.length()) + "\r\n" + line + "\r\n").repeat(4) + "0\r\n\r\n");
		noteAccepted(answer);
		assertThat(answer.status()).isEqualTo(207);
		assertThat(lines(answer)).extracting((one) -> one.path("outcome").asString())
			.containsExactly("accepted", "accepted", "accepted", "rejected");
		assertThat(lines(answer).get(3).path("reason").asString()).isEqualTo("too-large");
	}

	@Test
	void aBodyThatBreaksOffIsToldWhatOfItWasTaken() {
		Answer answer = RawHttp.sendAndEnd(producer.port(), head("Content-Length: 100") + "1\n2\n3");
		noteAccepted(answer);
		assertThat(answer.status()).isEqualTo(207);
		assertThat(lines(answer)).extracting((one) -> one.path("reason").asString(""))
			.containsExactly("", "", "malformed");
	}

	@RepeatedTest(5)
	void wrongChunksAreToldWhatOfThemWasTaken() {
		Answer answer = RawHttp.send(producer.port(),
				head("Transfer-Encoding: chunked") + "4\r\n1\n2\n\r\nnonsense\r\n");
		noteAccepted(answer);
		assertThat(answer.status()).isEqualTo(207);
		assertThat(lines(answer)).extracting((one) -> one.path("reason").asString(""))
			.containsExactly("", "", "malformed");
	}

	@Test
	void whoIsTooSlowIsToldWhatWasTakenAndKeepsNoOtherWaiting() throws Exception {
		Answer stored = post("{\n2\n", "Idempotency-Key", "one-is-stored");
		assertThat(lines(stored)).extracting((one) -> one.path("outcome").asString(""))
			.containsExactly("rejected", "accepted");
		try (Socket slow = new Socket("127.0.0.1", producer.port());
				Socket slower = new Socket("127.0.0.1", producer.port())) {
			write(slow, head("Content-Length: 1000") + "1\n");
			write(slower, head("Content-Length: 1000"));
			Eventually.within(Duration.ofSeconds(5), () -> producer.scrape().sum("waybill_batches_open") == 2);
			Answer third = post("1\n");
			assertThat(third.status()).as(third.toString()).isEqualTo(429);
			assertProblem(third, 429, "overloaded");
			assertThat(third.outcome()).isEqualTo("rejected");
			Answer again = post("{\n2\n", "Idempotency-Key", "one-is-stored");
			assertThat(again.status()).isEqualTo(429);
			assertThat(again.outcome()).as("a line of the batch is stored").isEqualTo("unknown");
			assertThat(post("3\n", "Idempotency-Key", "none-is-stored").outcome()).isEqualTo("rejected");
			Answer single = producer.post("x");
			assertThat(single.status()).isEqualTo(202);
			this.acceptedIds.add(single.messageId());
			for (int i = 0; i < 18; i++) {
				Thread.sleep(300);
				write(slow, "2");
				write(slower, " ");
			}
			String answered = read(slow);
			assertThat(answered).startsWith("HTTP/1.1 207")
				.contains("\"reason\":\"too-slow\"", "\"index\":0", "\"index\":1");
			assertThat(read(slower)).startsWith("HTTP/1.1 408").contains("\"reason\":\"too-slow\"");
			this.acceptedIds
				.add(lines(answered.substring(answered.indexOf("\r\n\r\n") + 4)).get(0).path("messageId").asString());
		}
	}

	@Test
	void whoGoesAwayLeavesNothingBehind() throws Exception {
		try (Socket gone = new Socket("127.0.0.1", producer.port())) {
			write(gone, head("Content-Length: 1000") + "1\n2\n" + "\"" + "x".repeat(300));
			gone.setSoLinger(true, 0);
			Eventually.within(Duration.ofSeconds(5), () -> producer.scrape().sum("waybill_batches_open") == 1);
			Eventually.within(Duration.ofSeconds(5), () -> queue().size() + this.found.size() >= 2);
		}
		this.acceptedIds.addAll(this.found);
		assertThat(this.found).hasSize(2);
	}

	@ParameterizedTest
	@CsvSource({ "application/json,,1,415,unsupported-media-type",
			"application/x-ndjson,gzip,1,415,unsupported-media-type", "application/x-ndjson,,'',400,malformed" })
	void whatIsNoBatchIsRefusedWhole(String type, String encoding, String body, int status, String reason) {
		Answer answer = RawHttp.send(producer.port(),
				"POST " + PATH + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: " + type + "\r\n"
						+ ((encoding != null) ? "Content-Encoding: " + encoding + "\r\n" : "") + "Content-Length: "
						+ body.length() + "\r\n\r\n" + body);
		assertProblem(answer, status, reason);
	}

	@Test
	void aKeyMustLeaveRoomForTheIndex() {
		assertThat(post("1\n", "Idempotency-Key", "k".repeat(196)).status()).isEqualTo(202);
		Answer refused = post("1\n", "Idempotency-Key", "k".repeat(197));
		assertProblem(refused, 400, "malformed");
		assertThat(refused.detail()).contains("197", "up to 196");
	}

	private Answer post(String body, String... headers) {
		Answer answer = producer.send(request(body, headers)).join();
		noteAccepted(answer);
		return answer;
	}

	private static HttpRequest request(String body, String... headers) {
		HttpRequest.Builder request = producer.request(PATH)
			.header("Content-Type", "application/x-ndjson; charset=utf-8")
			.POST(BodyPublishers.ofString(body));
		for (int i = 0; i < headers.length; i += 2) {
			request.header(headers[i], headers[i + 1]);
		}
		return request.build();
	}

	/** Replayed answers stand for messages that were found before. */
	private void noteAccepted(Answer answer) {
		if (!answer.isProblem()) {
			lines(answer).stream()
				.filter((line) -> line.path("outcome").asString().equals("accepted") && !line.has("replayed"))
				.forEach((line) -> this.acceptedIds.add(line.path("messageId").asString()));
		}
	}

	/** Takes what is in the queue. */
	private List<GetResponse> queue() {
		List<GetResponse> messages = host.drain("hello");
		messages.forEach((one) -> this.found.add(one.getProps().getMessageId()));
		return messages;
	}

	private static List<JsonNode> lines(Answer answer) {
		return lines(answer.body());
	}

	private static List<JsonNode> lines(String body) {
		return body.lines().map(JSON::readTree).toList();
	}

	private static String head(String framing) {
		return "POST " + PATH + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n" + framing + "\r\n\r\n";
	}

	private static void write(Socket socket, String text) throws IOException {
		try {
			socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
			socket.getOutputStream().flush();
		}
		catch (IOException ex) {
			// It has been answered, and closed.
		}
	}

	/** One answer, whose length its head gives. */
	private static String read(Socket socket) throws IOException {
		socket.setSoTimeout(10_000);
		InputStream in = socket.getInputStream();
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") < 0) {
			int next = in.read();
			assertThat(next).as("after %s", head).isNotNegative();
			head.append((char) next);
		}
		int length = Integer.parseInt(head.toString().split("Content-Length: ")[1].split("\r\n")[0]);
		String answer = head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
		RawHttp.checked(producer.port(), head(""), answer, 0);
		return answer;
	}

	private static void assertProblem(Answer answer, int status, String reason) {
		assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
		assertThat(answer.isProblem()).isTrue();
		assertThat(answer.reason()).isEqualTo(reason);
		assertThat(answer.outcome()).isEqualTo("rejected");
	}

}
