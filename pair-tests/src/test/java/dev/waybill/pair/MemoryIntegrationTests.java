package dev.waybill.pair;

import java.time.Duration;
import java.util.List;

import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
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

	/**
	 * Not those whose bodies say no length: each counts as the largest until it is there,
	 * so that a few take the whole byte budget, and others are refused.
	 */
	@ParameterizedTest
	@EnumSource(names = { "HEADER", "BODY" })
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
