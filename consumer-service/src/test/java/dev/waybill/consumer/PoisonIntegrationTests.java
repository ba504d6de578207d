package dev.waybill.consumer;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.DeadLetter;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@NeedsRabbitMq
class PoisonIntegrationTests {

	private static final Map<String, Object> RETRY_POLICY = Map.of("delayed-retry-type", "failed", "delayed-retry-min",
			200, "delayed-retry-max", 1000);

	private static final String[] SHORT_DELAYS = { "waybill.retry.shortest-delay=200ms",
			"waybill.retry.longest-delay=1s" };

	private VirtualHost host;

	private Outbox outbox;

	@BeforeEach
	void newHost() {
		this.host = RabbitBroker.shared().newVirtualHost();
		this.outbox = new Outbox(this.host);
	}

	@Test
	void poisonIsDeadLetteredOnceAndItsNeighboursAreProcessed() {
		this.host.policy("retry", "^hello$", RETRY_POLICY);
		Recorder recorder = Recorder.failingPoison();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, SHORT_DELAYS)) {
			this.outbox.sendMany("before", 5);
			this.outbox.send("bad", "poison");
			this.outbox.sendMany("after", 5);
			consumer.settled("dead_lettered", 1).settled("rejected", 4).settled("acked", 10).balanced();
			assertThat(recorder.done()).hasSize(10);
			List<ReceivedMessage> attempts = recorder.attempts()
				.stream()
				.filter((message) -> "bad".equals(message.messageId()))
				.toList();
			assertThat(attempts).extracting(ReceivedMessage::attempt).containsExactly(1, 2, 3, 4, 5);
			assertThat(attempts).extracting(ReceivedMessage::redelivered)
				.containsExactly(false, true, true, true, true);
			assertThat(consumer.attempts("failed")).isEqualTo(5);
			assertThat(consumer.attempts("processed")).isEqualTo(10);
			GetResponse dead = only(this.host.drain("hello.dlq"));
			Map<String, Object> headers = dead.getProps().getHeaders();
			assertThat(dead.getProps().getMessageId()).isEqualTo("bad");
			assertThat(dead.getProps().getAppId()).isEqualTo("test-producer");
			assertThat(headers.get(Waybill.SOURCE)).isEqualTo(Outbox.SOURCE);
			assertThat(headers.get(DeadLetter.REASON))
				.hasToString("java.lang.IllegalStateException: cannot digest poison");
			assertThat(headers.get(DeadLetter.ATTEMPTS)).isEqualTo(5);
			assertThat(headers.get(DeadLetter.AT)).isInstanceOf(Long.class);
			assertThat(headers).doesNotContainKeys("spring_listener_return_correlation", "x-delivery-count");
		}
	}

	private static <T> T only(List<T> list) {
		assertThat(list).hasSize(1);
		return list.get(0);
	}

}
