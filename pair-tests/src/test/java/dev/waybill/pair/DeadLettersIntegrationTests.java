package dev.waybill.pair;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every road into the dead letters, and the delays before them: accounted for, never
 * lost.
 */
class DeadLettersIntegrationTests extends FleetTest {

	private static final Duration LONG = Duration.ofSeconds(60);

	@Test
	void whatFailsThreeTimesIsProcessedAfterItsThirdDelay() throws Exception {
		Service producer = this.fleet.producer("p");
		Service consumer = this.fleet.scripted();
		Load load = new Load(producer, (id) -> "fails 3 1500");
		this.fleet.ready();
		try (Books books = new Books("whatFailsThreeTimesIsProcessedAfterItsThirdDelay", this.fleet, load)) {
			load.send("k", 1);
			books.untilSettled(LONG).agree();
			assertThat(consumer.metric("waybill_process_seconds_count{outcome=\"failed\"")).isEqualTo(3);
			assertThat(books.processed()).hasSize(1);
		}
	}

	@Test
	void whatTheBrokersLimitExceeds() throws Exception {
		policy("delivery-limit", 2);
		Service producer = this.fleet.producer("p");
		this.fleet.consumer();
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("whatTheBrokersLimitExceeds", this.fleet, load)) {
			Hand.takes(this.host, 3, () -> load.sending("k", 1, 1), (channel, tag) -> channel.basicReject(tag, true));
			Eventually.within(LONG, () -> books.deadLettered().size() == 1);
			load.send("later", 10);
			books.untilSettled(LONG).agree();
		}
	}

	@Test
	void whatIsRejectedByHand() throws Exception {
		Service producer = this.fleet.producer("p");
		this.fleet.consumer();
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("whatIsRejectedByHand", this.fleet, load)) {
			Hand.takes(this.host, () -> load.sending("k", 1, 1), (channel, tag) -> channel.basicReject(tag, false));
			Eventually.within(LONG, () -> books.deadLettered().size() == 1);
			load.send("later", 10);
			books.untilSettled(LONG).agree();
		}
	}

	@Test
	void whatExpiresBehindASlowConsumer() throws Exception {
		policy("message-ttl", 700);
		Service producer = this.fleet.producer("p");
		this.fleet.consumer("--waybill.processor.work-time=200ms", "--spring.rabbitmq.listener.direct.prefetch=5");
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("whatExpiresBehindASlowConsumer", this.fleet, load)) {
			load.send("k", 200);
			books.untilSettled(LONG).agree();
			assertThat(books.deadLettered()).hasSizeBetween(100, 198);
		}
	}

	@Test
	void whatExpiresWhereNobodyReads() throws Exception {
		policy("message-ttl", 700);
		Service producer = this.fleet.producer("p");
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("whatExpiresWhereNobodyReads", this.fleet, load)) {
			load.send("k", 500);
			Thread.sleep(Fleet.PATIENCE.multipliedBy(4).toMillis());
			assertThat(books.sum("pending")).isEqualTo(500);
			this.fleet.consumer().awaitReady();
			books.untilSettled(LONG).agree();
			assertThat(books.deadLettered()).hasSize(500);
		}
	}

	private void policy(String key, int value) {
		Map<String, Object> policy = new HashMap<>(Fleet.DELAYED_RETRY);
		policy.put(key, value);
		this.host.policy("retry", "^hello$", policy);
	}

}
