package dev.waybill.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.GZIPOutputStream;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.waybill.consumer.ReceivedMessage;
import dev.waybill.contract.DeadLetter;
import dev.waybill.scripted.ScriptedProcessor;
import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.waybill.local.RunningPair.READ;
import static dev.waybill.local.RunningPair.SOON;
import static dev.waybill.local.RunningPair.UNREAD;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the pair does for those who use it, whatever the broker; what a broker does in its
 * own way is a method of the subclass. Each test ends with the books.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FunctionalTests {

	private static final int LARGEST = 1024 * 1024;

	private static final String KEY = "Idempotency-Key";

	private static final String TYPE = "Content-Type";

	private RunningPair pair;

	private Client client;

	private Client unread;

	/** Starts the pair on the broker that is tested. */
	abstract RunningPair start() throws Exception;

	/** The reason in the answer where the broker has no queue for a message. */
	abstract String reasonWithoutQueue();

	/** What a plain client finds of a body that was POSTed as gzip. */
	abstract void assertGzip(GetResponse found, byte[] packed, byte[] unpacked);

	@BeforeAll
	void startPair() throws Exception {
		this.pair = start();
		this.client = this.pair.client();
		this.unread = this.pair.unreadClient();
	}

	@AfterAll
	void stopPair() {
		this.pair.close();
	}

	@BeforeEach
	void newPage() {
		this.pair.newPage();
	}

	@AfterEach
	void theBooksBalance() {
		this.pair.settleUp();
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/plain", "text/plain; charset=utf-8", "TEXT/Plain;Charset=\"UTF-8\"",
			"application/json", "application/json; charset=UTF-8", "application/vnd.acme.order+json",
			"application/octet-stream", "application/x-www-form-urlencoded", "multipart/form-data; boundary=xyz",
			"application/x-ndjson", "image/svg+xml", "x/y" })
	void processesWhatWasPostedOfWhateverType(String type) {
		byte[] body = " {\"a\" : [1,2.50,\"\u00fc\"] ,\"a\":null}\n".getBytes(StandardCharsets.UTF_8);
		Answer answer = this.client.post(body, TYPE, type).assertAccepted();
		assertThat(UUID.fromString(answer.messageId()).version()).isEqualTo(7);
		ReceivedMessage processed = processed(answer.messageId());
		assertThat(processed.body()).isEqualTo(body);
		assertThat(processed.contentType()).isEqualTo(type);
		assertThat(processed.attempt()).isEqualTo(1);
		assertThat(processed.redelivered()).isFalse();
	}

	@Test
	void processesWhatHasNoTypeAndWhatHasNoBody() {
		ReceivedMessage untyped = processed(this.client.post("Hello World!").assertAccepted().messageId());
		assertThat(untyped.contentType()).isNull();
		assertThat(untyped.body()).asString().isEqualTo("Hello World!");
		assertThat(processed(this.client.post("", TYPE, "text/plain").assertAccepted().messageId()).body()).isEmpty();
	}

	@Test
	void showsAPlainClientBodyPropertiesAndWaybillAndNothingElse() {
		byte[] body = bytes(3000);
		Instant before = Instant.now();
		this.unread
			.post(body, KEY, "order-17", TYPE, "image/png", "Content-Encoding", "br", "X-Of-The-Client", "stays here",
					"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
			.assertAccepted();
		GetResponse found = onlyUnread();
		assertThat(found.getBody()).isEqualTo(body);
		assertThat(found.getEnvelope().getExchange()).isEmpty();
		assertThat(found.getEnvelope().getRoutingKey()).isEqualTo(UNREAD.name());
		assertThat(found.getEnvelope().isRedeliver()).isFalse();
		BasicProperties properties = found.getProps();
		Map<String, Object> headers = properties.getHeaders();
		assertThat(headers).containsOnlyKeys("waybill-source", "waybill-sequence", "waybill-accepted-at");
		assertThat(headers.values()).allSatisfy((value) -> assertThat(value).isInstanceOf(Long.class));
		long acceptedAt = header(found, "waybill-accepted-at");
		assertThat(acceptedAt).isBetween(before.toEpochMilli() * 1000,
				Instant.now().plusMillis(1).toEpochMilli() * 1000);
		assertThat(properties).isEqualTo(new BasicProperties.Builder().messageId("order-17")
			.contentType("image/png")
			.contentEncoding("br")
			.deliveryMode(2)
			.appId("functional")
			.timestamp(new Date(acceptedAt / 1_000_000 * 1000))
			.headers(headers)
			.build());
	}

	@Test
	void numbersTheMessagesOfALaneDensely() {
		List<CompletableFuture<Answer>> answers = IntStream.range(0, 100)
			.mapToObj((i) -> this.unread.postAsync(BodyPublishers.ofString("message " + i)))
			.toList();
		answers.forEach((answer) -> answer.join().assertAccepted());
		List<GetResponse> found = this.pair.drain(UNREAD.name());
		assertThat(found).hasSize(100);
		assertThat(found).extracting((one) -> header(one, "waybill-source"))
			.containsOnly(header(found.get(0), "waybill-source"));
		long first = header(found.get(0), "waybill-sequence");
		assertThat(found).extracting((one) -> header(one, "waybill-sequence"))
			.containsExactlyElementsOf(LongStream.range(first, first + 100).boxed().toList());
	}

	@Test
	void handsOnWhatIsPackedAndDoesNotReadItAsJson() throws IOException {
		byte[] unpacked = "Hello World!".getBytes(StandardCharsets.UTF_8);
		ByteArrayOutputStream packed = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
			gzip.write(unpacked);
		}
		this.unread.post(packed.toByteArray(), TYPE, "application/json", "Content-Encoding", "gzip").assertAccepted();
		assertGzip(onlyUnread(), packed.toByteArray(), unpacked);
	}

	@Test
	void saysWhereJsonIsMalformed() {
		Answer answer = this.client.post("{\"a\": 1,\n\"b\": tru}", TYPE, "application/json")
			.assertRejected(400, "malformed");
		assertThat(answer.detail()).contains("line 2, column 6");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\n" })
	void refusesNoJsonAsJson(String body) {
		Answer answer = this.client.post(body, TYPE, "application/json").assertRejected(400, "malformed");
		assertThat(answer.detail()).contains("empty");
	}

	@Test
	void processesTheLargestBody() {
		byte[] body = bytes(LARGEST);
		assertThat(processed(this.client.post(body).assertAccepted().messageId()).body()).isEqualTo(body);
		assertThat(processed(this.client.postChunked(body).assertAccepted().messageId()).body()).isEqualTo(body);
	}

	@Test
	void refusesOneByteMoreWhetherItIsDeclaredOrNot() throws IOException {
		byte[] body = bytes(LARGEST + 1);
		assertThat(this.client.post(body, KEY, "large").assertRejected(413, "too-large").messageId())
			.isEqualTo("large");
		this.client.postChunked(body).assertRejected(413, "too-large");
		assertThat(this.client.headerOnly("Content-Length: " + body.length)).isEqualTo("HTTP/1.1 413");
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "PUT", "DELETE", "PATCH" })
	void saysWhichMethodAPathTakes(String method) {
		Answer answer = this.client.send(method, "/messages").assertRejected(405, "method-not-allowed");
		assertThat(answer.headers().firstValue("Allow"))
			.hasValueSatisfying((allowed) -> assertThat(allowed).contains("POST"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/message", "/messages/a/b/c", "/error", "/actuator/env", "/a%20b" })
	void saysThatThereIsNothingAtAPath(String path) {
		this.client.send("POST", path).assertRejected(404, "not-found");
	}

	@ParameterizedTest
	@CsvSource({ "Accept, text/html, 406, not-acceptable", "Accept, image/*, 406, not-acceptable",
			"Content-Type, text, 415, unsupported-media-type", "Content-Type, a/b/c, 415, unsupported-media-type" })
	void refusesWhatItCannotAnswerOrName(String header, String value, int status, String reason) {
		this.client.post("x", header, value).assertRejected(status, reason);
	}

	@Test
	void repeatsItsAnswerForAKeyAndProcessesOnce() {
		assertThat(this.client.post("once", KEY, "key", TYPE, "text/plain").assertAccepted().isReplayed()).isFalse();
		for (String key : List.of("key", "\"key\"")) {
			Answer again = this.client.post("once", KEY, key, TYPE, "text/plain").assertAccepted();
			assertThat(again.isReplayed()).isTrue();
			assertThat(again.messageId()).isEqualTo("key");
		}
		this.client.post("other", KEY, "key", TYPE, "text/plain").assertRejected(422, "key-reused");
		this.client.post("once", KEY, "key", TYPE, "text/other").assertRejected(422, "key-reused");
		assertThat(processed("key").body()).asString().isEqualTo("once");
	}

	@Test
	void refusesAKeyThatIsNone() {
		this.client.post("x", KEY, "a", KEY, "b").assertRejected(400, "malformed");
		this.client.post("x", KEY, "a", KEY, "a").assertRejected(400, "malformed");
		this.client.post("x", KEY, "a b").assertRejected(400, "malformed");
		this.client.post("x", KEY, "k".repeat(201)).assertRejected(400, "malformed");
		// Empty, since Tomcat may end the connection while a body is still being written.
		this.client.post("", KEY, "k".repeat(10 * 1024)).assertRejected(431, "header-too-large");
		this.client.post("x", KEY, "k".repeat(200)).assertAccepted();
	}

	@Test
	void oneHundredAtOnceWithOneKeyAreOneMessage() {
		List<CompletableFuture<Answer>> answers = IntStream.range(0, 100)
			.mapToObj((i) -> this.client.postAsync(BodyPublishers.ofString("x"), KEY, "hundred"))
			.toList();
		List<Answer> all = answers.stream().map(CompletableFuture::join).toList();
		assertThat(all).allSatisfy((one) -> assertThat(one.status()).isIn(202, 409));
		assertThat(all).filteredOn((one) -> one.status() == 202 && !one.isReplayed()).hasSize(1);
		processed("hundred");
		processed(this.client.post("behind it").assertAccepted().messageId());
		assertThat(ScriptedProcessor.attemptsAt("hundred")).hasSize(1);
	}

	@Test
	void rejectsWhatHasNoQueueAndFreesItsKey() {
		this.pair.deleteUnread();
		try {
			Answer answer = this.unread.post("x", KEY, "no-queue").assertRejectedForNow(503, reasonWithoutQueue());
			assertThat(answer.messageId()).isEqualTo("no-queue");
		}
		finally {
			this.pair.declareUnread();
		}
		assertThat(this.unread.post("another", KEY, "no-queue").assertAccepted().isReplayed()).isFalse();
		assertThat(onlyUnread().getBody()).asString().isEqualTo("another");
	}

	@Test
	void processesAForeignMessageAsOftenAsItComes() {
		long before = this.pair.consumer().sum("waybill_deliveries_total{waybill=\"absent\"");
		BasicProperties withId = new BasicProperties.Builder().messageId("foreign").build();
		for (int i = 0; i < 2; i++) {
			this.pair.publishForeign(null, "Hello World!".getBytes(StandardCharsets.UTF_8));
			this.pair.publishForeign(withId, "Hello World!".getBytes(StandardCharsets.UTF_8));
		}
		Eventually.within(SOON, () -> ScriptedProcessor.done().size() == 4);
		assertThat(ScriptedProcessor.done())
			.allSatisfy((one) -> assertThat(one.body()).asString().isEqualTo("Hello World!"));
		assertThat(ScriptedProcessor.doneIds()).containsExactly("foreign", "foreign");
		assertThat(this.pair.consumer().sum("waybill_deliveries_total{waybill=\"absent\"")).isEqualTo(before + 4);
	}

	@Test
	void deadLettersForeignPoisonOnceToo() {
		BasicProperties properties = new BasicProperties.Builder().messageId("foreign").replyTo("somewhere").build();
		this.pair.publishForeign(properties, ScriptedProcessor.POISON.getBytes(StandardCharsets.UTF_8));
		this.client.post("good").assertAccepted();
		GetResponse dead = onlyDead();
		assertThat(dead.getProps().getMessageId()).isEqualTo("foreign");
		assertThat(dead.getProps().getReplyTo()).isEqualTo("somewhere");
		assertThat(dead.getProps().getHeaders()).doesNotContainKey("waybill-source");
		assertThat(ScriptedProcessor.attemptsAt("foreign")).hasSize(5);
	}

	@Test
	void processesAMessageOfOursThatComesTwiceOnce() {
		long before = this.pair.consumer().sum("waybill_duplicates_total");
		this.unread.post("Hello World!", KEY, "twice", TYPE, "text/plain").assertAccepted();
		GetResponse found = onlyUnread();
		this.pair.publishForeign(found.getProps(), found.getBody());
		this.pair.publishForeign(found.getProps(), found.getBody());
		Eventually.within(SOON, () -> this.pair.consumer().sum("waybill_duplicates_total") == before + 1);
		assertThat(ScriptedProcessor.doneIds()).containsExactly("twice");
	}

	@Test
	void deadLettersPoisonOnceAndProcessesItsNeighbours() {
		IntStream.range(0, 5).forEach((i) -> this.client.post("good", KEY, "before-" + i).assertAccepted());
		this.client.post(ScriptedProcessor.POISON, KEY, "bad", TYPE, "text/plain").assertAccepted();
		IntStream.range(0, 5).forEach((i) -> this.client.post("good", KEY, "after-" + i).assertAccepted());
		GetResponse dead = onlyDead();
		assertThat(dead.getBody()).asString().isEqualTo(ScriptedProcessor.POISON);
		assertThat(dead.getProps().getMessageId()).isEqualTo("bad");
		assertThat(dead.getProps().getAppId()).isEqualTo("functional");
		assertThat(dead.getProps().getContentType()).isEqualTo("text/plain");
		assertThat(dead.getProps().getHeaders()).containsKeys("waybill-source", "waybill-sequence",
				"waybill-accepted-at", DeadLetter.AT);
		assertThat(dead.getProps().getHeaders().get(DeadLetter.REASON))
			.hasToString("java.lang.IllegalStateException: cannot digest poison");
		assertThat(dead.getProps().getHeaders().get(DeadLetter.ATTEMPTS)).isEqualTo(5);
		List<ReceivedMessage> attempts = ScriptedProcessor.attemptsAt("bad");
		assertThat(attempts).extracting(ReceivedMessage::attempt).containsExactly(1, 2, 3, 4, 5);
		assertThat(attempts).extracting(ReceivedMessage::redelivered).containsExactly(false, true, true, true, true);
		Eventually.within(SOON, () -> ScriptedProcessor.done().size() == 10);
	}

	@Test
	void deadLettersTheUnprocessableAtOnce() {
		this.client.post(ScriptedProcessor.UNPROCESSABLE, KEY, "never").assertAccepted();
		GetResponse dead = onlyDead();
		assertThat(dead.getProps().getMessageId()).isEqualTo("never");
		assertThat(dead.getProps().getHeaders().get(DeadLetter.REASON))
			.hasToString("dev.waybill.consumer.UnprocessableMessageException: no such account");
		assertThat(ScriptedProcessor.attemptsAt("never")).hasSize(1);
	}

	private static ReceivedMessage processed(String id) {
		Eventually.within(SOON, () -> ScriptedProcessor.doneIds().contains(id));
		List<ReceivedMessage> all = ScriptedProcessor.done()
			.stream()
			.filter((one) -> id.equals(one.messageId()))
			.toList();
		assertThat(all).hasSize(1);
		return all.get(0);
	}

	private GetResponse onlyUnread() {
		List<GetResponse> found = this.pair.drain(UNREAD.name());
		assertThat(found).hasSize(1);
		return found.get(0);
	}

	private GetResponse onlyDead() {
		List<GetResponse> found = new ArrayList<>();
		Eventually.within(SOON, () -> found.addAll(this.pair.drain(READ.dlq())));
		assertThat(found).hasSize(1);
		return found.get(0);
	}

	private static long header(GetResponse message, String name) {
		return (Long) Objects.requireNonNull(message.getProps().getHeaders().get(name));
	}

	private static byte[] bytes(int size) {
		byte[] body = new byte[size];
		new Random(size).nextBytes(body);
		return body;
	}

}
