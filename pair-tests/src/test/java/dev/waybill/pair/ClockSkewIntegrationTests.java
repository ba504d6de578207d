package dev.waybill.pair;

import java.time.Duration;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Consumers whose clocks are 10 s off, by Debian's faketime: measures over two clocks say
 * so, the one over one clock and the ledger do not mind.
 */
@Tag("long")
class ClockSkewIntegrationTests extends FleetTest {

	private static final int MESSAGES = 500;

	@BeforeAll
	static void needsFaketime() {
		Faketime.isNeeded();
	}

	@Test
	void aConsumerThatIsTenSecondsAhead() throws Exception {
		Service consumer = run("aConsumerThatIsTenSecondsAhead", "+10s");
		assertThat(mean(consumer, "waybill_delivery_seconds")).isBetween(9.9, 15.0);
		assertThat(mean(consumer, "waybill_end_to_end_seconds")).isBetween(9.9, 15.0);
		assertThat(consumer.metric("waybill_clock_skew_total")).isZero();
	}

	@Test
	void aConsumerThatIsTenSecondsBehind() throws Exception {
		Service consumer = run("aConsumerThatIsTenSecondsBehind", "-10s");
		assertThat(consumer.metric("waybill_delivery_seconds_count")).isZero();
		assertThat(consumer.metric("waybill_end_to_end_seconds_count")).isZero();
		assertThat(consumer.metric("waybill_clock_skew_total")).isEqualTo(2 * MESSAGES);
	}

	private Service run(String test, String offset) throws Exception {
		Service producer = this.fleet.producer("p");
		Service consumer = this.fleet.consumer(Faketime.of(offset));
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books(test, this.fleet, load)) {
			load.send("k", MESSAGES, 250);
			books.untilSettled(Duration.ofSeconds(60)).agree();
			double accounted = mean(producer, "waybill_accounted_seconds");
			books.outside(String.format("accounted mean=%.3f s", accounted));
			assertThat(producer.metric("waybill_accounted_seconds_count")).isEqualTo(MESSAGES);
			assertThat(accounted).as("the honest figure").isCloseTo(0.5, within(0.5));
			assertThat(producer.metric("waybill_clock_skew_total")).isZero();
		}
		return consumer;
	}

	private static double mean(Service service, String histogram) {
		return service.metric(histogram + "_sum") / service.metric(histogram + "_count");
	}

}
