package dev.waybill.pair;

import java.time.Duration;
import java.time.Instant;

import dev.waybill.testing.BrokerLine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** One name, one producer. */
@Tag("long")
class InstanceIntegrationTests extends FleetTest {

	private static final Duration LONG = Duration.ofSeconds(90);

	@Test
	void theSecondProducerOfANameEndsWithASentence() throws Exception {
		Service first = this.fleet.producer("twin");
		this.fleet.consumer();
		this.fleet.ready();
		Load load = new Load(first);
		try (Books books = new Books("theSecondProducerOfANameEndsWithASentence", this.fleet, load);
				Fleet others = new Fleet(this.host)) {
			load.send("k", 100);
			Instant begin = Instant.now();
			Service second = others.producer("twin");
			assertThat(second.process().awaitExit(LONG)).isNotZero();
			assertThat(Duration.between(begin, Instant.now())).isGreaterThan(Duration.ofSeconds(20));
			assertThat(second.output()).contains("waybill.instance").contains("twin").doesNotContain("\tat ");
			load.send("later", 100);
			books.untilSettled(LONG).agree();
			assertThat(first.process().isAlive()).isTrue();
		}
	}

	@Test
	void aRestartRightAfterAHalfOpenConnectionServes() throws Exception {
		try (BrokerLine line = new BrokerLine(this.host)) {
			// The real heartbeat: the broker misses its dead client after 10 to 15 s, not
			// after 3.
			Service producer = this.fleet.producerWithFile("p", "--spring.rabbitmq.addresses=" + line.uri(),
					"--spring.rabbitmq.requested-heartbeat=5s", "--waybill.ledger.patience=17s");
			this.fleet.consumer();
			this.fleet.ready();
			Load load = new Load(producer);
			try (Books books = new Books("aRestartRightAfterAHalfOpenConnectionServes", this.fleet, load)) {
				load.send("k", 100);
				books.untilSettled(LONG);
				line.hideEnds();
				producer.process().kill();
				producer.again();
				load.send("later", 100);
				books.untilSettled(LONG).agree();
				assertThat(producer.ledger().total("processed")).isEqualTo(200);
			}
		}
	}

}
