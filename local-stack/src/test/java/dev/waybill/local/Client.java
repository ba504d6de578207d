package dev.waybill.local;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

/** A client of one producer that keeps book of what it was answered. */
final class Client {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final int port;

	private final Set<String> accepted = ConcurrentHashMap.newKeySet();

	private final Set<String> rejected = ConcurrentHashMap.newKeySet();

	private final Set<String> unknown = ConcurrentHashMap.newKeySet();

	/** Answers of 202 that were no replays. */
	private final AtomicLong acceptedAnswers = new AtomicLong();

	private long acceptedBefore;

	Client(int port) {
		this.port = port;
	}

	/** Begins a new page of the book. */
	void newPage() {
		this.accepted.clear();
		this.rejected.clear();
		this.unknown.clear();
		this.acceptedAnswers.set(0);
		this.acceptedBefore = scrape().attemptsAnswered("accepted");
	}

	Answer post(String body, String... headers) {
		return post(body.getBytes(StandardCharsets.UTF_8), headers);
	}

	Answer post(byte[] body, String... headers) {
		return postAsync(BodyPublishers.ofByteArray(body), headers).join();
	}

	/** As a stream, whose length the client does not say. */
	Answer postChunked(byte[] body, String... headers) {
		return postAsync(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)), headers).join();
	}

	CompletableFuture<Answer> postAsync(BodyPublisher body, String... headers) {
		return send("POST", "/messages", body, headers);
	}

	Answer send(String method, String path) {
		return send(method, path, BodyPublishers.ofString("x"), new String[0]).join();
	}

	private CompletableFuture<Answer> send(String method, String path, BodyPublisher body, String[] headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(LIMIT).method(method, body);
		for (int i = 0; i < headers.length; i += 2) {
			request.header(headers[i], headers[i + 1]);
		}
		return this.http.sendAsync(request.build(), BodyHandlers.ofString())
			.thenApply((response) -> noted(Answer.of(response)));
	}

	/** The first line of the answer to the header of a request whose body never comes. */
	String headerOnly(String header) throws IOException {
		try (Socket socket = new Socket("127.0.0.1", this.port)) {
			socket.setSoTimeout((int) LIMIT.toMillis());
			socket.getOutputStream()
				.write(("POST /messages HTTP/1.1\r\nHost: a\r\n" + header + "\r\n\r\n")
					.getBytes(StandardCharsets.ISO_8859_1));
			byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 nnn".length());
			return new String(start, StandardCharsets.ISO_8859_1);
		}
	}

	Scrape scrape() {
		return scrape(this.port);
	}

	Scrape scrape(int ofPort) {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ofPort + "/actuator/prometheus"))
			.timeout(LIMIT)
			.build();
		return new Scrape(this.http.sendAsync(request, BodyHandlers.ofString()).join().body());
	}

	Set<String> accepted() {
		return this.accepted;
	}

	/** Compares the page with the producer's counters and with the ids found. */
	void settleUp(Collection<String> found) {
		Scrape scrape = scrape();
		scrape.verifyProducer();
		assertThat(scrape.sum("waybill_publish_in_flight")).isZero();
		assertThat(scrape.attemptsAnswered("accepted") - this.acceptedBefore).as("accepted by metrics and by answers")
			.isEqualTo(this.acceptedAnswers.get());
		assertThat(found).as("every accepted message is there").containsAll(this.accepted);
		Set<String> explained = new HashSet<>(this.accepted);
		explained.addAll(this.unknown);
		assertThat(explained).as("what is there was accepted or unknown").containsAll(found);
		assertThat(found).as("nothing that was only rejected is there")
			.noneMatch((id) -> this.rejected.contains(id) && !explained.contains(id));
	}

	private Answer noted(Answer answer) {
		switch (answer.outcome()) {
			case "accepted" -> {
				this.accepted.add(answer.messageId());
				this.acceptedAnswers.addAndGet(answer.isReplayed() ? 0 : 1);
			}
			case "rejected" -> this.rejected.add(answer.messageId());
			case "unknown" -> this.unknown.add(answer.messageId());
			default -> throw new AssertionError("an answer without outcome: " + answer);
		}
		return answer;
	}

	private URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.port + path);
	}

}
