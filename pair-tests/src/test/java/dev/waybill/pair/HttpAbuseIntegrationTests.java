package dev.waybill.pair;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.RabbitBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Clients who break the rules of HTTP, or nearly, beside healthy ones. */
class HttpAbuseIntegrationTests extends FaultTest {

	private static final Duration SETTLE = Duration.ofSeconds(90);

	private static final Duration WINDOW = Duration.ofSeconds(2);

	private static final Duration LIMIT = Duration.ofSeconds(2);

	private static final String POST = "POST /messages HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n";

	private static final String BATCH = "POST /messages/batch HTTP/1.1\r\nHost: x\r\n"
			+ "Content-Type: application/x-ndjson\r\n";

	private final Fleet fleet = new Fleet(RabbitBroker.shared().newVirtualHost());

	private final Service producer = this.fleet.producerWithFile("p", "--waybill.batch.time-limit=3s",
			"--waybill.publish.time-limit=" + LIMIT.toSeconds() + "s",
			"--waybill.idempotency.window=" + WINDOW.toSeconds() + "s");

	private final Service consumer = this.fleet.consumer();

	private final Load load = new Load(this.producer);

	private final AtomicBoolean goOn = new AtomicBoolean(true);

	private int numbers;

	private long repeats;

	HttpAbuseIntegrationTests() {
		this.fleet.ready();
	}

	@AfterEach
	void end() {
		this.goOn.set(false);
		this.fleet.close();
	}

	@Test
	void allOfItAtOnce() throws Exception {
		abused("http: all abuse at once", EnumSet.allOf(Abuse.class));
	}

	@ParameterizedTest
	@EnumSource
	@Tag("full")
	void abuseOf(Abuse kind) throws Exception {
		abused("http: " + kind.what, EnumSet.of(kind));
	}

	private void abused(String name, EnumSet<Abuse> kinds) throws Exception {
		this.load.send("warm", 300, 300);
		try (Oracle oracle = new Oracle(name, seed(), this.fleet, this.load)) {
			CompletableFuture<Void> healthy = this.load.running("k", 100, this.goOn::get);
			for (int round = 0; round < scaled(1, 10); round++) {
				for (Abuse kind : kinds) {
					kind.by.against(this);
				}
			}
			this.goOn.set(false);
			healthy.join();
			oracle.repeated(this.repeats);
			oracle.verdict(SETTLE);
			assertThat(this.load.sent).filteredOn((one) -> one.id().startsWith("k"))
				.isNotEmpty()
				.allMatch(Load.Sent::isAccepted);
		}
	}

	private void lengths() throws IOException {
		String brief = key("short");
		taken(brief, POST + header(brief) + "Content-Length: 3\r\n\r\nabcdef");
		String missing = key("missing");
		taken(missing, POST + header(missing) + "\r\nabcdef");
		String chunked = key("chunked");
		taken(chunked, POST + header(chunked) + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
		String both = key("both");
		taken(both, POST + header(both)
				+ "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\n\r\n");
		refused(400, true, "Content-Length: 100\r\n\r\nabc");
		refused(413, true, "Content-Length: 1048577\r\n\r\nabc");
		refused(413, true, "Content-Length: 9223372036854775807\r\n\r\nabc");
		refused(400, true, "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n");
		refused(400, true, "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n");
		refused(400, true, "Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n");
		refused(400, true, "Transfer-Encoding: chunked\r\n\r\n64\r\nabc");
		refused(400, false, "Content-Length: 3\r\nContent-Length: 6\r\n\r\nabcdef");
		refused(400, false, "Content-Length: -1\r\n\r\nabc");
		refused(400, false, "Content-Length: three\r\n\r\nabc");
		refused(400, false, "Content-Length: 99999999999999999999\r\n\r\nabc");
		refused(501, false, "Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
	}

	/** What is small and would be large is passed on as it is. */
	private void bombs() throws IOException {
		ByteArrayOutputStream bomb = new ByteArrayOutputStream();
		try (GZIPOutputStream zip = new GZIPOutputStream(bomb)) {
			byte[] zeros = new byte[1 << 20];
			for (int i = 0; i < scaled(64, 900); i++) {
				zip.write(zeros);
			}
		}
		String bytes = bomb.toString(StandardCharsets.ISO_8859_1);
		for (int i = 0; i < 10; i++) {
			String key = key("bomb");
			taken(key, "POST /messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + header(key)
					+ "Content-Encoding: gzip\r\nContent-Length: " + bytes.length() + "\r\n\r\n" + bytes);
		}
		String key = key("bad");
		String answer = send(BATCH + header(key) + "Content-Encoding: gzip\r\nContent-Length: " + bytes.length()
				+ "\r\n\r\n" + bytes, 415);
		this.load.note(key, System.nanoTime(), answer);
	}

	private void headers() throws IOException {
		refused(400, false, "X: y\r\n".repeat(200) + "Content-Length: 1\r\n\r\nx");
		refused(431, false, "X: " + "y".repeat(100_000) + "\r\nContent-Length: 1\r\n\r\nx");
		badKey("k".repeat(201), true);
		badKey("\u00ff\u00fe\u00c0\u0080", true);
		badKey("\u00e4", true);
		badKey("a b", true);
		badKey("", true);
		badKey("a\r\nIdempotency-Key: b", true);
		badKey("a\r\nIdempotency-Key: a", true);
		badKey("a\u0000b", false);
		badKey("a\rb", false);
		badKey("a\r\nb", false);
	}

	/** Each byte in time, and all of them not. */
	private void slowly() throws Exception {
		String key = key("bad");
		long begun = System.nanoTime();
		try (KeptConnection client = new KeptConnection(this.producer.uri("/messages"))) {
			client.write(bytes(POST + header(key) + "Content-Length: 1000\r\n\r\n"));
			try {
				for (int i = 0; i < 50 && !client.hasAnswer(); i++) {
					client.write(bytes("m"));
					Thread.sleep(100);
				}
			}
			catch (IOException ex) {
				// It was not waited for.
			}
			String answer = client.answer();
			assertThat(client.status()).isEqualTo(408);
			this.load.note(key, begun + LIMIT.toNanos(), answer);
		}
	}

	private void sameKey() throws Exception {
		String key = key("same");
		int before = count(key);
		sendAtOnce(key);
		assertThat(this.load.sent).filteredOn((one) -> one.id().equals(key)).anyMatch(Load.Sent::isAccepted);
		String other = this.load.post(key, "another body");
		assertThat(other).contains("key-reused");
		assertThat(count(key) - before).as("second effects").isLessThanOrEqualTo(1);
		Thread.sleep(WINDOW.plusSeconds(1).toMillis());
		assertThat(this.load.post(key, "message " + key)).contains("\"outcome\":\"accepted\"");
		// A second message; the others were answered, not published.
		this.repeats++;
		Eventually.within(SETTLE, () -> this.consumer.metric("waybill_duplicates_total") == this.repeats);
	}

	private void sendAtOnce(String key) throws Exception {
		ExecutorService clients = Executors.newFixedThreadPool(100);
		try {
			List<Future<?>> sent = new ArrayList<>();
			for (int i = 0; i < 100; i++) {
				sent.add(clients.submit(() -> this.load.post(key, "message " + key)));
			}
			for (Future<?> one : sent) {
				one.get();
			}
		}
		finally {
			clients.shutdownNow();
		}
	}

	private int count(String key) {
		return (int) this.fleet.journal().stream().filter(key::equals).count();
	}

	private void gone() throws IOException {
		for (int i = 0; i < 100; i++) {
			String key = key("gone");
			try (KeptConnection client = new KeptConnection(this.producer.uri("/messages"))) {
				client.write(bytes(POST + header(key) + "Content-Length: 3\r\n\r\nabc"));
			}
			this.load.left(key);
		}
	}

	private void batches() throws IOException {
		String[] lines = new String[1_000];
		Arrays.fill(lines, "{\"n\":1}");
		lines[517] = "{\"n\":";
		batch(Arrays.stream(lines).collect(Collectors.joining("\n")), 207, 1_000);
		lines[517] = "{}";
		batch(Arrays.stream(lines).limit(10).collect(Collectors.joining("\n")) + "\n}garbage\u0000{", 207, 11);
		batch("{}\n".repeat(100_000), 207, 1_001);
		endless();
	}

	/** A good line, and one that goes on until somebody says that it is enough. */
	private void endless() throws IOException {
		String key = key("endless");
		long begun = System.nanoTime();
		try (KeptConnection client = new KeptConnection(this.producer.uri("/messages/batch"))) {
			client.write(bytes(BATCH + header(key) + "Transfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n"));
			String chunk = "8000\r\n" + "9".repeat(0x8000) + "\r\n";
			try {
				for (int i = 0; i < 1_000 && !client.hasAnswer(); i++) {
					client.write(bytes(chunk));
				}
			}
			catch (IOException ex) {
				// it was
			}
			note(key, client.answer(), begun, 2);
			assertThat(client.status()).isEqualTo(207);
		}
	}

	private void batch(String body, int status, int told) throws IOException {
		String key = key("batch");
		long begun = System.nanoTime();
		String answer = send(BATCH + header(key) + "Content-Length: " + body.length() + "\r\n\r\n" + body, status);
		note(key, answer, begun, told);
	}

	private void note(String key, String answer, long begun, int told) {
		List<String> lines = answer.lines().toList();
		assertThat(lines).hasSize(told);
		for (int index = 0; index < told; index++) {
			this.load.note(key + "/" + index, begun, lines.get(index));
		}
		assertThat(lines).filteredOn((line) -> line.contains("\"outcome\":\"rejected\"")).hasSize(1);
		assertThat(lines).filteredOn((line) -> line.contains("\"outcome\":\"unknown\"")).isEmpty();
	}

	private void badKey(String key, boolean counted) throws IOException {
		String answer = send(POST + header(key) + "Content-Length: 1\r\n\r\nx", 400);
		assertThat(answer).contains("\"outcome\":\"rejected\"");
		if (counted) {
			this.load.note(key("bad"), System.nanoTime(), answer);
		}
	}

	/**
	 * What is no message.
	 * @param counted whether it comes so far that the service counts it
	 * @param rest what follows the key
	 */
	private void refused(int status, boolean counted, String rest) throws IOException {
		String key = key("bad");
		long begun = System.nanoTime();
		String answer = send(POST + header(key) + rest, status);
		assertThat(answer).contains("\"outcome\":\"rejected\"");
		if (counted) {
			this.load.note(key, begun, answer);
		}
		else {
			this.load.rejected.add(key);
		}
	}

	private void taken(String key, String request) throws IOException {
		long begun = System.nanoTime();
		String answer = send(request, 202);
		assertThat(answer).contains("\"outcome\":\"accepted\"").contains(key);
		this.load.note(key, begun, answer);
	}

	/** Sends something, and nothing after it. */
	private String send(String request, int status) throws IOException {
		try (KeptConnection client = new KeptConnection(this.producer.uri("/messages"))) {
			try {
				client.write(bytes(request));
				client.end();
			}
			catch (IOException ex) {
				// It has answered before it had read everything.
			}
			String answer = client.answer();
			assertThat(client.status()).as(request.substring(0, Math.min(300, request.length())) + "\n" + answer)
				.isEqualTo(status);
			return answer;
		}
	}

	private String key(String what) {
		return what + "-" + this.numbers++;
	}

	private static String header(String key) {
		return "Idempotency-Key: " + key + "\r\n";
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	/** What they do. */
	enum Abuse {

		LENGTHS("lying, missing, chunked and contradictory lengths", HttpAbuseIntegrationTests::lengths),

		BOMBS("gzip bombs", HttpAbuseIntegrationTests::bombs),

		HEADERS("200 headers, 100 KB of header, keys that are none", HttpAbuseIntegrationTests::headers),

		SLOW("a body that comes too slowly", HttpAbuseIntegrationTests::slowly),

		SAME_KEY("the same key 100 times at once, and after its window", HttpAbuseIntegrationTests::sameKey),

		GONE("clients who leave before the answer", HttpAbuseIntegrationTests::gone),

		BATCHES("batches with a bad line, garbage, 100,000 lines, a line without an end",
				HttpAbuseIntegrationTests::batches);

		private final String what;

		private final Work by;

		Abuse(String what, Work by) {
			this.what = what;
			this.by = by;
		}

	}

	private interface Work {

		void against(HttpAbuseIntegrationTests test) throws Exception;

	}

}
