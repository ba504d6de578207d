package dev.waybill.pair;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.VirtualHost;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Some of each: what is accepted, what is rejected, a dead letter, and messages of
 * others.
 */
final class Traffic {

	private static final int REJECTED = 5;

	private final VirtualHost host;

	private final Pair pair;

	private final Load load;

	private int accepted;

	Traffic(VirtualHost host, Pair pair) {
		this.host = host;
		this.pair = pair;
		this.load = new Load(pair.messages());
	}

	/** Takes some three seconds, and returns when all is accounted for. */
	Traffic send() throws Exception {
		accept(100);
		for (int i = 0; i < REJECTED; i++) {
			reject();
		}
		deadLetter();
		foreign();
		Eventually.within(Duration.ofSeconds(30),
				() -> this.pair.producerMetric("waybill_ledger_messages{state=\"dead_lettered\"}") == 1
						&& this.pair.producerMetric("waybill_ledger_messages{state=\"pending\"}") == 0
						&& this.pair.consumerMetric("waybill_deliveries_total{waybill=\"absent\"}") == 1
						&& this.pair.consumerMetric("waybill_receipts_returned_total") == 1);
		return this;
	}

	/** So many more that are accepted, 50 a second. */
	void accept(int count) throws InterruptedException {
		this.load.send("accepted-" + this.accepted + "-", count, 50);
		this.accepted += count;
		assertThat(this.load.accepted).hasSize(this.accepted);
	}

	private void reject() throws Exception {
		HttpRequest request = HttpRequest.newBuilder(this.pair.messages())
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("{not JSON"))
			.build();
		assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(400);
	}

	/**
	 * Somebody rejects a message by hand, and the reader of the dead letters moves it.
	 */
	private void deadLetter() {
		Hand.takes(this.host, () -> this.load.sending("dead", 1, 1), (channel, tag) -> channel.basicReject(tag, false));
		this.accepted++;
		Eventually.within(Duration.ofSeconds(30), () -> this.load.accepted.size() == this.accepted);
	}

	/** One without a waybill, and one of a producer that is gone. */
	private void foreign() {
		Map<String, Object> waybill = Map.of(Waybill.SOURCE, 1L, Waybill.SEQUENCE, 1L, Waybill.ACCEPTED_AT,
				TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()));
		this.host.onChannel((channel) -> {
			channel.confirmSelect();
			channel.basicPublish("", "hello", null, "untracked".getBytes(StandardCharsets.UTF_8));
			channel.basicPublish("", "hello", new BasicProperties.Builder().appId("gone").headers(waybill).build(),
					"of another".getBytes(StandardCharsets.UTF_8));
			return channel.waitForConfirms();
		});
	}

}
