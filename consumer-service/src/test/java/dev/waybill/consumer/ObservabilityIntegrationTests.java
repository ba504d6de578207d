package dev.waybill.consumer;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import dev.waybill.contract.Waybill;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@NeedsRabbitMq
class ObservabilityIntegrationTests {

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	@Test
	void everySeriesIsThereFromTheStartAsZero() {
		try (RunningConsumer consumer = RunningConsumer.start(this.host, new Recorder())) {
			String metrics = consumer.get("/actuator/prometheus").body();
			assertThat(metrics).contains("waybill_process_seconds_bucket{outcome=\"processed\",le=\"0.005\"} 0",
					"waybill_delivery_seconds_count 0", "waybill_end_to_end_seconds_count 0",
					"waybill_clock_skew_total{measure=\"delivery\"} 0.0",
					"waybill_clock_skew_total{measure=\"end_to_end\"} 0.0",
					"waybill_deliveries_total{waybill=\"present\"} 0.0",
					"waybill_deliveries_total{waybill=\"absent\"} 0.0", "waybill_in_hand 0.0",
					"waybill_duplicates_total 0.0", "waybill_conflicts_total 0.0",
					"waybill_dead_letters_read_total 0.0", "waybill_dead_letters_failed_total 0.0",
					"waybill_dead_letters_waiting 0.0", "waybill_broker_connected 1.0", "waybill_broker_blocked 0.0",
					"waybill_processor_broken 0.0", "waybill_dedup_window_age_seconds 0.0");
			for (Outcome outcome : Outcome.values()) {
				assertThat(metrics).contains("waybill_process_seconds_count{outcome=\"" + outcome.tag() + "\"} 0");
			}
			for (Settlement how : Settlement.values()) {
				assertThat(metrics).contains("waybill_settled_total{how=\"" + how.tag() + "\"} 0.0");
			}
		}
	}

	@Test
	void healthAndInfoSayHowItIsAndNothingElseIsExposed() {
		try (RunningConsumer consumer = RunningConsumer.start(this.host, new Recorder())) {
			for (String group : new String[] { "readiness", "liveness", "broker" }) {
				assertThat(consumer.health(group).statusCode()).isEqualTo(200);
			}
			assertThat(consumer.get("/actuator/info").body()).contains("\"promise\":\"full-without-file\"")
				.contains("\"queue\":\"hello\"")
				.contains("\"arguments\":\"declared by the services\"");
			assertThat(consumer.get("/actuator/env").statusCode()).isEqualTo(404);
			assertThat(consumer.get("/actuator/metrics").statusCode()).isEqualTo(404);
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void theStartSaysWhatIsPromised(CapturedOutput output) {
		RunningConsumer.start(this.host, new Recorder()).close();
		assertThat(output).containsPattern("INFO .* Queue hello: type: quorum, promise: full-without-file, "
				+ "arguments: declared by the services\n");
		RunningConsumer.start(RabbitBroker.shared().newVirtualHost(), new Recorder(), "waybill.queue.type=tutorial")
			.close();
		assertThat(output).containsPattern("WARN .* Queue hello: type: tutorial, promise: none, "
				+ "arguments: declared by the services; every other consumer of the queue shares its messages, "
				+ "and nothing is promised of a broker's restart\n");
	}

	@Test
	void aMessageFromTheFutureIsCountedAsClockSkew() {
		try (RunningConsumer consumer = RunningConsumer.start(this.host, new Recorder())) {
			Map<String, Object> headers = new HashMap<>(Outbox.waybilled("id", 1).build().getHeaders());
			headers.put(Waybill.ACCEPTED_AT, Clocks.micros() + Duration.ofHours(1).toMillis() * 1000);
			new Outbox(this.host).foreign(Outbox.waybilled("id", 1).headers(headers).build(), "x");
			new Outbox(this.host).send("now", "x");
			consumer.settled("acked", 2).balanced();
			assertThat(consumer.count("waybill.clock.skew", "measure", "delivery")).isEqualTo(1);
			assertThat(consumer.count("waybill.clock.skew", "measure", "end_to_end")).isEqualTo(1);
			assertThat(consumer.get("/actuator/prometheus").body()).contains("waybill_delivery_seconds_count 1",
					"waybill_end_to_end_seconds_count 1");
		}
	}

}
