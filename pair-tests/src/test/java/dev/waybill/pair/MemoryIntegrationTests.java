package dev.waybill.pair;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A heap of 256 MB bears whatever clients send, and however slowly. */
@NeedsRabbitMq
@Tag("long")
@Isolated
class MemoryIntegrationTests {

	private static final List<String> JVM = List.of("-Xmx256m");

	private static final String HEAD = "POST /messages HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n";

	private static final String BATCH_HEAD = "POST /messages/batch HTTP/1.1\r\nHost: x\r\n"
			+ "Content-Type: application/x-ndjson\r\n";

	private static final int LARGE_LINES = 15;

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final Fleet fleet = new Fleet(RabbitBroker.shared().newVirtualHost(), JVM);

	private final Service producer = this.fleet.producer("p");

	private final Service consumer;

	MemoryIntegrationTests() {
		this.consumer = this.fleet.consumer("--waybill.processor.work-time=20ms");
		this.fleet.ready();
	}

	@AfterEach
	void endFleet() {
		this.fleet.close();
	}

	@ParameterizedTest
	@EnumSource
	void servesOthersWhileAsManyAreSlowAsItLetsIn(Half half) throws Exception {
		Load load = new Load(this.producer);
		try (Books books = new Books("servesOthersWhileAsManyAreSlowAsItLetsIn " + half, this.fleet, load)) {
			load.send("before", 20, 1_000);
			try (SlowClients slow = new SlowClients(this.producer.uri("/messages"), 900, half.beginning, 20)) {
				assertThat(slow.begun()).isEqualTo(900);
				load.send("beside", 200, 100);
			}
			assertThat(load.accepted).hasSize(220);
			agree(books, load);
		}
	}

	@ParameterizedTest
	@EnumSource
	void livesOnWhenMoreAreSlowThanItCanBear(Half half) throws Exception {
		Load load = new Load(this.producer);
		try (Books books = new Books("livesOnWhenMoreAreSlowThanItCanBear " + half, this.fleet, load)) {
			load.send("before", 20, 1_000);
			try (SlowClients slow = new SlowClients(this.producer.uri("/messages"), 6_000, half.beginning, 15)) {
				assertThat(slow.begun()).isGreaterThan(900);
				books.outside("begun=" + slow.begun() + " heap="
						+ LiveHeap.bytes(this.producer.process().pid()) / 1_000_000 + " MB");
			}
			// What stands in line for a connection is gone, but must be found to be.
			this.producer.awaitReady();
			load.send("after", 200, 100);
			assertThat(load.accepted).hasSize(220);
			agree(books, load);
		}
	}

	@Test
	void takesLargeMessagesFromManyClientsAtOnceWhileTheirProcessorIsSlow() throws Exception {
		String large = "m".repeat(1 << 20);
		Load load = new Load(this.producer, (id) -> large);
		try (Books books = new Books("takesLargeMessages", this.fleet, load)) {
			// More than fits either heap; what is refused is not sent again.
			long limit = System.nanoTime() + Duration.ofSeconds(60).toNanos();
			load.run("large", 500, () -> load.accepted.size() < 400 && System.nanoTime() < limit);
			assertThat(load.accepted).hasSizeGreaterThanOrEqualTo(400);
			agree(books, load);
		}
	}

	@Test
	void takesManyLargeBatchesAtOnceWhileOthersAreSlow() throws Exception {
		Load load = new Load(this.producer);
		URI target = this.producer.uri("/messages/batch");
		String beginning = BATCH_HEAD + "Content-Length: 15000000\r\n\r\n\"" + "m".repeat(100_000);
		try (Books books = new Books("takesManyLargeBatches", this.fleet, load)) {
			ExecutorService clients = Executors.newFixedThreadPool(20);
			try (SlowClients slow = new SlowClients(target, 40, beginning, 20)) {
				assertThat(slow.begun()).isEqualTo(40);
				List<Future<?>> sent = new ArrayList<>();
				for (int i = 0; i < 60; i++) {
					String key = "large" + i;
					sent.add(clients.submit(() -> sendBatch(target, key, LARGE_LINES, load)));
				}
				for (Future<?> one : sent) {
					one.get();
				}
				books.outside("of 60 batches of 15 lines accepted=" + load.accepted.size() + " rejected="
						+ load.rejected.size() + " heap=" + LiveHeap.bytes(this.producer.process().pid()) / 1_000_000
						+ " MB");
			}
			finally {
				clients.shutdownNow();
			}
			System.out.println(books.line());
			int before = load.accepted.size();
			assertThat(before).isGreaterThan(60);
			Eventually.within(Duration.ofSeconds(20), () -> {
				sendBatch(target, "after" + System.nanoTime(), LARGE_LINES, load);
				return load.accepted.size() >= before + LARGE_LINES;
			});
			agree(books, load);
		}
	}

	/** Sends lines of a megabyte, and notes what each is answered. */
	private static @Nullable Void sendBatch(URI target, String key, int lines, Load load) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(target)
			.header("Content-Type", "application/x-ndjson")
			.header("Idempotency-Key", key)
			.POST(BodyPublishers.ofString(("\"" + "m".repeat(999_000) + "\"\n").repeat(lines)))
			.build();
		HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
		if (answer.statusCode() == 429) {
			IntStream.range(0, lines).forEach((index) -> load.rejected.add(key + "/" + index));
			return null;
		}
		List<String> told = answer.body().lines().toList();
		for (int index = 0; index < lines; index++) {
			load.outcome(told.get(Math.min(index, told.size() - 1))).add(key + "/" + index);
		}
		return null;
	}

	private void agree(Books books, Load load) {
		books.untilSettled(Duration.ofSeconds(40)).agree();
		assertThat(load.unknown).isEmpty();
		assertThat(this.producer.output() + this.consumer.output()).doesNotContain("OutOfMemoryError");
	}

	enum Half {

		HEADER(HEAD + "X-Half: a"),

		BODY(HEAD + "Content-Length: 1000\r\n\r\n" + "m".repeat(500)),

		CHUNK(HEAD + "Transfer-Encoding: chunked\r\n\r\n1F4\r\n" + "m".repeat(250));

		private final String beginning;

		Half(String beginning) {
			this.beginning = beginning;
		}

	}

}
