package dev.waybill.pair;

import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Producers that are killed, stopped or away: their accounts go on where they were. */
@Tag("long")
class RestartIntegrationTests extends FleetTest {

	private static final Duration TEN_PATIENCES = Fleet.PATIENCE.multipliedBy(10);

	private static final Duration LONG = Duration.ofSeconds(90);

	@Test
	void killedBetweenMergeAndCheckpointAgainAndAgain() throws Exception {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		Service producer = this.fleet.producerWithFile("p");
		this.fleet.consumer();
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("killedBetweenMergeAndCheckpointAgainAndAgain", this.fleet, load)
			.outside("seed=" + seed)) {
			for (int life = 0; life < 4; life++) {
				int before = load.accepted.size();
				CompletableFuture<Void> sending = load.sending("life" + life + "-", 2_000, 1_000);
				Eventually.within(LONG, () -> load.accepted.size() > before + 1_000);
				Thread.sleep(random.nextInt(300));
				producer.process().kill();
				sending.join();
				producer.again();
			}
			load.send("last", 200);
			books.untilSettled(LONG);
			Eventually.within(LONG,
					() -> this.host.messages("hello") == 0 && this.host.messages("hello.receipts.p") == 0);
			// What died in the lanes is unknown; each receipt, also of the tail, has
			// come.
			books.agree();
			LedgerView ledger = producer.ledger();
			assertThat(ledger.hasTailBound()).isTrue();
			assertThat(ledger.total("tailBound")).isNotNegative();
		}
	}

	@Test
	void stoppedForTenPatiences() throws Exception {
		Service producer = this.fleet.producer("p");
		this.fleet.consumer("--waybill.processor.work-time=10ms");
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("stoppedForTenPatiences", this.fleet, load)) {
			load.send("k", 2_000);
			assertThat(books.sum("pending")).isPositive();
			producer.process().pause();
			Thread.sleep(TEN_PATIENCES.toMillis());
			producer.process().resume();
			Eventually.within(LONG, () -> producer.get("/actuator/health/readiness").statusCode() == 200);
			load.send("later", 200);
			books.untilSettled(LONG).agree();
		}
	}

	@Test
	void awayWithItsFileForTenPatiences() throws Exception {
		Service producer = this.fleet.producerWithFile("p");
		this.fleet.consumer("--waybill.processor.work-time=10ms");
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("awayWithItsFileForTenPatiences", this.fleet, load)) {
			load.send("k", 2_000);
			assertThat(books.sum("pending")).isPositive();
			producer.process().kill();
			Thread.sleep(TEN_PATIENCES.toMillis());
			producer.again();
			load.send("later", 200);
			books.untilSettled(LONG).agree();
		}
	}

	@Test
	void aCleanStopKeepsTheAccountsAndAFileInUseIsLeftAlone() throws Exception {
		Service producer = this.fleet.producerWithFile("p");
		this.fleet.consumer();
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("aCleanStopKeepsTheAccountsAndAFileInUseIsLeftAlone", this.fleet, load)) {
			load.send("k", 500);
			books.untilSettled(LONG);
			Service second = new Fleet(this.host).producer("other",
					"--waybill.ledger.file=" + this.fleet.file("p").toString());
			assertThat(second.process().awaitExit(LONG)).isNotZero();
			assertThat(second.output()).contains("waybill.ledger.file").doesNotContain("\tat dev.waybill");
			producer.terminate();
			producer.again();
			assertThat(producer.ledger().total("tailBound")).isZero();
			assertThat(producer.ledger().total("processed")).isEqualTo(500);
			load.send("later", 100);
			books.untilSettled(LONG).agree();
			assertThat(books.unknown()).isEqualTo(Set.of());
		}
	}

}
