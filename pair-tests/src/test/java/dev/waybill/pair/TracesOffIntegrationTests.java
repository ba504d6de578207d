package dev.waybill.pair;

import java.time.Duration;
import java.util.List;

import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.Traceparent;
import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** With a word against traces there are none, whatever their address. */
class TracesOffIntegrationTests extends FleetTest {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final String GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

	@Test
	void nothingIsSentAndNothingIsOnTheWire() throws Exception {
		String off = "--management.tracing.export.enabled=false";
		try (Collector collector = new Collector()) {
			Service producer = this.fleet.producer("p", collector.endpoint(), off);
			this.fleet.ready();
			Client client = new Client(producer);
			for (String id : List.of("traces", "unprocessable")) {
				assertThat(client.post("/messages", id, "traceparent", GIVEN, "Idempotency-Key", id)).isEqualTo(202);
			}
			assertThat(this.host.peek("hello")).hasSize(2)
				.allSatisfy(
						(message) -> assertThat(message.getProps().getHeaders()).doesNotContainKey(Traceparent.HEADER));
			TracesIntegrationTests.publish(this.host, "foreign", "unprocessable", GIVEN);
			Service consumer = this.fleet.scripted(collector.endpoint(), off).awaitReady();
			Eventually.within(SOON, () -> this.host.peek("hello.dlq").size() == 2);
			Eventually.within(SOON, () -> this.fleet.journal().size() == 1);
			for (GetResponse letter : this.host.drain("hello.dlq")) {
				boolean foreign = letter.getProps().getMessageId().equals("foreign");
				assertThat(TracesIntegrationTests.traceparent(letter)).isEqualTo(foreign ? GIVEN : "null");
			}
			assertThat(client.exemplars("waybill_publish_seconds_bucket")).isEmpty();
			assertThat(new Client(consumer).exemplars("waybill_process_seconds_bucket")).isEmpty();
			producer.terminate();
			consumer.terminate();
			assertThat(collector.spans()).isEmpty();
		}
	}

}
