package dev.waybill.pair;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.waybill.testing.RabbitBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Clients who keep a connection and say little or nothing, beside healthy ones. */
@Tag("full")
class SlowHttpFaultsIntegrationTests extends FaultTest {

	/** Enough for 2,560 connections. */
	private static final List<String> JVM = List.of("-Xmx640m");

	private static final int ROUNDS = scaled(2, 4);

	private static final int PER_SECOND = 200;

	private static final int SECONDS = 8;

	/** They do not all speak at the same moment. */
	private static final int PARTS = 20;

	private static final Duration SETTLE = Duration.ofSeconds(90);

	private final Fleet fleet = new Fleet(RabbitBroker.shared().newVirtualHost(), JVM);

	private final Service producer = this.fleet.producerWithFile("p");

	private final Load load = new Load(this.producer);

	SlowHttpFaultsIntegrationTests() {
		this.fleet.consumer();
		this.fleet.ready();
	}

	@AfterEach
	void end() {
		this.fleet.close();
	}

	/** With and without them in turn, so that what else the machine does is in both. */
	@ParameterizedTest
	@EnumSource
	void healthyClientsHardlyNoticeThem(Crowd crowd) throws Exception {
		phase("warm");
		phase("warmer");
		try (Oracle oracle = new Oracle("http: " + crowd.what, seed(), this.fleet, this.load)) {
			for (int round = 0; round < ROUNDS; round++) {
				phase("calm" + round);
				try (SlowClients slow = new SlowClients(this.producer.uri("/messages"), crowd.count, crowd.beginning,
						20)) {
					assertThat(slow.begun()).isEqualTo(crowd.count);
					if (crowd == Crowd.IDLE) {
						slow.awaitAnswers();
					}
					// What it takes to let so many in at once is over.
					Thread.sleep(2_000);
					Thread dripping = drip(slow, crowd.more);
					phase("beside" + round);
					dripping.interrupt();
					dripping.join();
				}
				for (int i = 0; crowd.attempts && i < crowd.count; i++) {
					this.load.left(crowd + "-" + round + "-" + i);
				}
			}
			double calm = p99("calm");
			double beside = p99("beside");
			oracle.books().outside(String.format("p99 calm %.1f ms, beside %.1f ms", calm, beside));
			oracle.verdict(SETTLE);
			assertThat(healthy("")).allMatch(Load.Sent::isAccepted);
			assertThat(beside).as("p99 in ms, and %.1f without them", calm).isLessThan(2 * calm);
		}
	}

	private void phase(String name) throws InterruptedException {
		this.load.send(name + "-", PER_SECOND * SECONDS, PER_SECOND);
	}

	private static Thread drip(SlowClients slow, String more) {
		Thread dripping = new Thread(() -> {
			try {
				for (int part = 0; !more.isEmpty(); part++) {
					TimeUnit.MILLISECONDS.sleep(1000 / PARTS);
					slow.say(more, part % PARTS, PARTS);
				}
			}
			catch (InterruptedException ex) {
				return;
			}
		}, "drip");
		dripping.setDaemon(true);
		dripping.start();
		return dripping;
	}

	private Stream<Load.Sent> healthy(String phase) {
		return this.load.sent.stream()
			.filter((one) -> one.id().startsWith("calm" + phase) || one.id().startsWith("beside" + phase));
	}

	private double p99(String phase) {
		List<Double> millis = new ArrayList<>(this.load.sent.stream()
			.filter((one) -> one.id().startsWith(phase))
			.map((one) -> (one.ended() - one.due()) / 1e6)
			.sorted()
			.toList());
		assertThat(millis).hasSize(ROUNDS * PER_SECOND * SECONDS);
		return millis.get(millis.size() * 99 / 100);
	}

	/** What they say first, and then each second. */
	enum Crowd {

		IDLE("2,000 idle connections", 2_000, "GET /actuator/health/liveness HTTP/1.1\r\nHost: x\r\n\r\n", "", false),

		HEADERS("slowloris, 1,000 headers at 1 byte/s", 1_000, "POST /messages HTTP/1.1\r\nHost: x\r\nX: a", "a",
				false),

		BODIES("1,000 bodies of 1 MiB at 1 byte/s", 1_000,
				"POST /messages HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1048576\r\n\r\nm",
				"m", true);

		private final String what;

		private final int count;

		private final String beginning;

		private final String more;

		private final boolean attempts;

		Crowd(String what, int count, String beginning, String more, boolean attempts) {
			this.what = what;
			this.count = count;
			this.beginning = beginning;
			this.more = more;
			this.attempts = attempts;
		}

	}

}
