package dev.waybill.pair;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever takes long or comes late: at no instant does a ledger call it lost. */
@Tag("long")
class NothingIsImaginedIntegrationTests extends FleetTest {

	private static final Duration TEN_PATIENCES = Fleet.PATIENCE.multipliedBy(10);

	private static final Duration LONG = Duration.ofSeconds(120);

	private static final String IN_HAND = "waybill_in_hand";

	private static final String PREFETCH = "--spring.rabbitmq.listener.direct.prefetch=250";

	@Test
	void aBacklogOfTenPatiences() throws Exception {
		Service producer = this.fleet.producer("p");
		this.fleet.consumer("--waybill.processor.work-time=25ms", "--spring.rabbitmq.listener.direct.prefetch=50");
		Load load = new Load(producer);
		this.fleet.ready();
		Instant begin = Instant.now();
		try (Books books = new Books("aBacklogOfTenPatiences", this.fleet, load)) {
			load.send("k", 2_000);
			books.untilSettled(LONG).agree();
			assertThat(Duration.between(begin, Instant.now())).isGreaterThan(TEN_PATIENCES);
		}
	}

	@Test
	void twoConsumersKilledOneWithAFullPrefetchAndNoneForTenPatiences() throws Exception {
		Service producer = this.fleet.producer("p");
		Service full = this.fleet.consumer("--waybill.processor.work-time=1s", PREFETCH);
		Service other = this.fleet.consumer("--waybill.processor.work-time=100ms",
				"--spring.rabbitmq.listener.direct.prefetch=10");
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("twoConsumersKilledOneWithAFullPrefetchAndNoneForTenPatiences", this.fleet,
				load)) {
			load.send("k", 600);
			Eventually.within(LONG, () -> full.metric(IN_HAND) == 250);
			full.process().kill();
			other.process().kill();
			Thread.sleep(TEN_PATIENCES.toMillis());
			this.fleet.consumer().awaitReady();
			books.untilSettled(LONG).agree();
		}
	}

	@Test
	void aFullPrefetchOfAProcessorThatNeedsAPatienceForEach() throws Exception {
		Service producer = this.fleet.producer("p");
		Service consumer = this.fleet.consumer("--waybill.processor.work-time=" + Fleet.PATIENCE.toSeconds() + "s",
				"--waybill.concurrency=25", PREFETCH);
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("aFullPrefetchOfAProcessorThatNeedsAPatienceForEach", this.fleet, load)) {
			load.send("k", 250);
			Eventually.within(LONG, () -> consumer.metric(IN_HAND) == 250);
			books.untilSettled(LONG).agree();
		}
	}

	@Test
	void noMarkerIsSentWhereNothingIsOpenForLong() throws Exception {
		Service producer = this.fleet.producer("p");
		this.fleet.consumer();
		Load load = new Load(producer);
		this.fleet.ready();
		try (Tap tap = new Tap(this.host);
				Books books = new Books("noMarkerIsSentWhereNothingIsOpenForLong", this.fleet, load)) {
			load.send("k", 4_000, 200);
			books.untilSettled(LONG).agree().outside("markers=" + tap.markers());
			assertThat(tap.markers()).isZero();
			assertThat(tap.numbersOf(load.accepted)).hasSize(4_000);
		}
	}

	@Test
	void aConsumerStoppedWithAFullPrefetch() throws Exception {
		Service producer = this.fleet.producer("p");
		Service stopped = this.fleet.consumer("--waybill.processor.work-time=1s", PREFETCH);
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("aConsumerStoppedWithAFullPrefetch", this.fleet, load)) {
			load.send("k", 260);
			Eventually.within(LONG, () -> stopped.metric(IN_HAND) == 250);
			stopped.process().pause();
			this.fleet.consumer().awaitReady();
			books.untilSettled(LONG).agree();
			stopped.process().resume();
			// It finishes what it was at, finds its connections dead, and tells again.
			Thread.sleep(Fleet.PATIENCE.multipliedBy(2).toMillis());
			load.send("later", 20);
			books.untilSettled(LONG).agree();
		}
	}

	/**
	 * Scaled: it halts at two thirds of the held interval, and the broker gives up after
	 * 5 returns, not 20.
	 */
	@Test
	void aPoisonThatHaltsItsConsumersAgainAndAgain() throws Exception {
		Map<String, Object> policy = new HashMap<>(Fleet.DELAYED_RETRY);
		policy.put("delivery-limit", 5);
		this.host.policy("retry", "^hello$", policy);
		Service producer = this.fleet.producer("p");
		Service consumer = this.fleet.scripted();
		Load load = new Load(producer, (id) -> id.endsWith("5") ? "halts 670" : "works 10");
		this.fleet.ready();
		try (Books books = new Books("aPoisonThatHaltsItsConsumersAgainAndAgain", this.fleet, load)) {
			load.send("k", 10);
			Eventually.within(Duration.ofMinutes(4), () -> {
				if (!consumer.process().isAlive()) {
					consumer.begin();
				}
				return producer.ledger().total("pending") == 0;
			});
			books.agree().outside("lives=" + consumer.lives());
			assertThat(books.deadLettered()).contains("k5");
		}
	}

	@Test
	void bothCopiesOfAKeyThatWasAnswered504() throws Exception {
		try (BrokerLine line = new BrokerLine(this.host)) {
			// A line that is held for long would miss heartbeats of 1 s.
			Service producer = this.fleet.producer("p", "--spring.rabbitmq.addresses=" + line.uri(),
					"--waybill.publish.deadline=1s", "--spring.rabbitmq.requested-heartbeat=5s",
					"--waybill.ledger.patience=17s");
			this.fleet.consumer();
			Load load = new Load(producer);
			this.fleet.ready();
			try (Books books = new Books("bothCopiesOfAKeyThatWasAnswered504", this.fleet, load)) {
				assertThat(load.post("first", "to warm up")).contains("accepted");
				line.hold();
				assertThat(load.post("k", "hello")).contains("confirm-timeout");
				Thread release = new Thread(() -> sleepThen(300, line::release));
				release.start();
				assertThat(load.post("k", "hello")).contains("\"outcome\":\"accepted\"");
				release.join();
				books.untilSettled(LONG);
				assertThat(List.of(books.sum("accepted"), books.sum("processed"), books.sum("duplicates"),
						books.sum("unknown"), books.sum("lost")))
					.containsExactly(3L, 3L, 1L, 0L, 0L);
				assertThat(this.fleet.journal()).containsExactlyInAnyOrder("first", "k");
			}
		}
	}

	private static void sleepThen(long millis, Runnable then) {
		try {
			Thread.sleep(millis);
			then.run();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
