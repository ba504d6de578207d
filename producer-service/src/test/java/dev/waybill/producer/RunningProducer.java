package dev.waybill.producer;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import com.rabbitmq.client.GetResponse;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.VirtualHost;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The service, started as it is, and a client that keeps book of its answers and checks
 * that each is described.
 */
final class RunningProducer implements AutoCloseable {

	/** An address at which there is no broker. */
	static final String NOWHERE = "amqp://guest:guest@127.0.0.1:1";

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(5))
		.build();

	private final @Nullable ConfigurableApplicationContext context;

	private final int port;

	private Book book = new Book();

	private long acceptedBefore;

	private RunningProducer(@Nullable ConfigurableApplicationContext context, int port) {
		this.context = context;
		this.port = port;
	}

	/** Starts it in this JVM on a virtual host. */
	static RunningProducer on(VirtualHost host, String... arguments) {
		return at(host.uri(), arguments);
	}

	/** Starts it in this JVM on whatever is at the address. */
	static RunningProducer at(String uri, String... arguments) {
		return at(uri, ProducerApplication.class, arguments);
	}

	/** Starts it in this JVM with something more than the service. */
	static RunningProducer at(String uri, Class<?> application, String... arguments) {
		List<String> all = new ArrayList<>(
				List.of("--server.port=0", "--spring.main.banner-mode=off", "--spring.rabbitmq.addresses=" + uri));
		all.addAll(List.of(arguments));
		if (all.stream().noneMatch((one) -> one.startsWith("--waybill.instance="))) {
			all.add("--waybill.instance=tested");
		}
		ConfigurableApplicationContext context = new SpringApplication(application).run(all.toArray(String[]::new));
		int port = Integer.parseInt(Objects.requireNonNull(context.getEnvironment().getProperty("local.server.port")));
		// Before anything is measured, and while it is there to be asked.
		Described.anew(port);
		return new RunningProducer(context, port);
	}

	/** A client of one that runs elsewhere. */
	static RunningProducer elsewhere(int port) {
		Described.forget(port);
		return new RunningProducer(null, port);
	}

	int port() {
		return this.port;
	}

	/** A part of the service, to look at. */
	<T> T bean(Class<T> type) {
		return Objects.requireNonNull(this.context, "runs elsewhere").getBean(type);
	}

	Book book() {
		return this.book;
	}

	Answer post(String body, String... headers) {
		return post(body.getBytes(StandardCharsets.UTF_8), headers);
	}

	Answer post(byte[] body, String... headers) {
		return postAsync(BodyPublishers.ofByteArray(body), headers).join();
	}

	CompletableFuture<Answer> postAsync(String body, String... headers) {
		return postAsync(BodyPublishers.ofString(body), headers);
	}

	/** Posts and notes the answer. */
	CompletableFuture<Answer> postAsync(BodyPublisher body, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri("/messages")).POST(body);
		String key = "";
		for (int i = 0; i < headers.length; i += 2) {
			request.header(headers[i], headers[i + 1]);
			key = headers[i].equals(MessageReader.IDEMPOTENCY_KEY) ? headers[i + 1] : key;
		}
		String keySent = key;
		return send(request.build()).thenApply((answer) -> noted(answer, keySent));
	}

	/** Sends raw bytes and notes the answer. */
	Answer raw(String request) {
		return noted(RawHttp.send(this.port, request), "");
	}

	/** Sends any request, of which no book is kept. */
	CompletableFuture<Answer> send(HttpRequest request) {
		long started = System.nanoTime();
		return this.http.sendAsync(request, BodyHandlers.ofString())
			.thenApply((response) -> Answer.of(response, (System.nanoTime() - started) / 1_000_000))
			.thenApply(
					(answer) -> Described.by(this.port).checked(request.method(), request.uri().getRawPath(), answer));
	}

	Answer get(String path) {
		return send(HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(10)).build()).join();
	}

	HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(uri(path));
	}

	Scrape scrape() {
		return new Scrape(get("/actuator/prometheus").body());
	}

	/** The ledger's counts, as {@code /actuator/ledger} has them. */
	JsonNode ledger() {
		return get("/actuator/ledger").json();
	}

	/** Waits until a count of the ledger is what it should be. */
	void awaitLedger(String count, long value) {
		Eventually.within(Duration.ofSeconds(10), () -> ledger().path("totals").path(count).asLong(-1) == value);
	}

	/** Waits until lanes publish. */
	RunningProducer awaitLanes(Duration limit) {
		Eventually.within(limit,
				() -> scrape().sum("waybill_lanes_alive") > 0 && scrape().sum("waybill_broker_blocked") == 0);
		return this;
	}

	/** Checks counters, answers and queue against each other, and begins a new page. */
	List<GetResponse> settleUp(VirtualHost host) {
		Eventually.within(Duration.ofSeconds(12), () -> scrape().inFlight() == 0);
		Book page = this.book;
		this.book = new Book();
		Scrape scrape = scrape();
		long acceptedNow = scrape.outcome(Outcome.ACCEPTED) - this.acceptedBefore;
		this.acceptedBefore = scrape.outcome(Outcome.ACCEPTED);
		// A test that takes longer than the patience finds markers, too.
		List<GetResponse> found = host.drain("hello")
			.stream()
			.filter((one) -> FakeConsumer.markerOf(one) == null)
			.toList();
		scrape.verify();
		assertThat(scrape.sum("waybill_entry_messages")).isZero();
		assertThat(scrape.sum("waybill_entry_bytes")).isZero();
		assertThat(scrape.ledger("in_flight")).isZero();
		assertThat(acceptedNow).as("accepted by metrics and by answers").isEqualTo(page.acceptedAnswers());
		page.compare(found.stream().map((one) -> one.getProps().getMessageId()).toList());
		return found;
	}

	@Override
	public void close() {
		if (this.context != null) {
			this.context.close();
		}
	}

	private Answer noted(Answer answer, String key) {
		this.book.note(answer, key);
		return answer;
	}

	private URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.port + path);
	}

	/** What a client sends whose body is a stream of unknown length. */
	static BodyPublisher chunked(byte[] body) {
		return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
	}

	/** A body of known length whose last byte comes when it may. */
	static BodyPublisher keptBack(byte[] body, CountDownLatch lastByte) {
		return BodyPublishers.fromPublisher(keptBackInChunks(body, lastByte), body.length);
	}

	/** The same, which does not say its length. */
	static BodyPublisher keptBackInChunks(byte[] body, CountDownLatch lastByte) {
		InputStream last = new ByteArrayInputStream(body, body.length - 1, 1) {
			@Override
			public int read(byte[] into, int offset, int length) {
				try {
					lastByte.await();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				return super.read(into, offset, length);
			}
		};
		return BodyPublishers
			.ofInputStream(() -> new SequenceInputStream(new ByteArrayInputStream(body, 0, body.length - 1), last));
	}

	/** Bytes that are no text. */
	static byte[] bytes(int size) {
		byte[] body = new byte[size];
		new Random(size).nextBytes(body);
		return body;
	}

}
