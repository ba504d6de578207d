package dev.waybill.consumer;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.DeadLetter;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

@NeedsRabbitMq
class ReceivingIntegrationTests {

	private VirtualHost host;

	private Outbox outbox;

	@BeforeEach
	void newHost() {
		this.host = RabbitBroker.shared().newVirtualHost();
		this.outbox = new Outbox(this.host);
	}

	@Test
	void theDefaultProcessorKeepsAJournalOfWhatIsAcked(@TempDir Path folder) throws Exception {
		Path journal = folder.resolve("journal");
		try (DefaultProcessor processor = new DefaultProcessor(new ProcessorSettings(Duration.ZERO, journal));
				RunningConsumer consumer = RunningConsumer.start(this.host, processor)) {
			this.outbox.sendMany("m", 100);
			this.outbox.foreign(new BasicProperties(), "Hello World!");
			consumer.settled("acked", 101).balanced();
			assertThat(Files.readAllLines(journal)).hasSize(101).startsWith("m-0", "m-1").endsWith("-");
			assertThat(consumer.count("waybill.deliveries", "waybill", "present")).isEqualTo(100);
			assertThat(consumer.count("waybill.deliveries", "waybill", "absent")).isEqualTo(1);
		}
		assertThat(this.outbox.takeLeft("hello")).isEmpty();
	}

	@Test
	void theSameWaybilledMessageTwiceIsOneEffect() {
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			this.outbox.send("once", "x");
			this.outbox.send("once", "x");
			consumer.settled("acked", 2).balanced();
			assertThat(recorder.done()).hasSize(1);
			assertThat(consumer.count("waybill.duplicates")).isEqualTo(1);
			assertThat(consumer.count("waybill.conflicts")).isZero();
		}
	}

	@Test
	void theSameForeignMessageTwiceIsTwoEffects() {
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			for (int i = 0; i < 2; i++) {
				this.outbox.foreign(new BasicProperties.Builder().messageId("same").build(), "Hello World!");
				this.outbox.foreign(new BasicProperties(), "Hello World!");
			}
			consumer.settled("acked", 4).balanced();
			assertThat(recorder.done()).hasSize(4);
			assertThat(consumer.count("waybill.duplicates")).isZero();
		}
	}

	@Test
	void anotherContentUnderTheSameIdIsProcessedAndCounted() {
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			this.outbox.send("id", "one");
			this.outbox.send("id", "two");
			this.outbox.send("id", "two");
			consumer.settled("acked", 3).balanced();
			assertThat(recorder.done()).extracting(Recorder::text).containsExactly("one", "two");
			assertThat(consumer.count("waybill.conflicts")).isEqualTo(1);
			assertThat(consumer.count("waybill.duplicates")).isEqualTo(1);
		}
	}

	@Test
	void aCopyOfWhatIsInProcessWaitsAndItsNeighboursDoNot() {
		CountDownLatch release = new CountDownLatch(1);
		Recorder recorder = new Recorder((message) -> {
			if ("slow".equals(message.messageId())) {
				release.await();
			}
		});
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.concurrency=2")) {
			this.outbox.send("slow", "x");
			this.outbox.send("slow", "x");
			this.outbox.sendMany("m", 10);
			recorder.awaitDone(10);
			assertThat(recorder.attempts()).hasSize(11);
			release.countDown();
			consumer.settled("acked", 12).balanced();
			assertThat(recorder.attempts()).hasSize(11);
			assertThat(consumer.count("waybill.duplicates")).isEqualTo(1);
		}
	}

	@Test
	void aCopyOfWhatFailsIsNoDuplicate() {
		CountDownLatch release = new CountDownLatch(1);
		Recorder recorder = new Recorder((message) -> {
			if (message.attempt() == 1 && !message.redelivered() && release.getCount() == 1) {
				release.await();
				throw new IllegalStateException("first one fails");
			}
		});
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.concurrency=2")) {
			this.outbox.send("id", "x");
			recorder.awaitAttempts(1);
			this.outbox.send("id", "x");
			Eventually.within(Duration.ofSeconds(5), () -> consumer.gauge("waybill.in.hand") == 2);
			release.countDown();
			consumer.settled("rejected", 1).settled("acked", 2).balanced();
			assertThat(recorder.done()).hasSize(1);
			assertThat(consumer.count("waybill.duplicates")).isEqualTo(1);
		}
	}

	@Test
	void whateverAForeignProgramSendsIsProcessed() {
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			for (BasicProperties hostile : hostile()) {
				this.outbox.foreign(hostile, "x");
			}
			consumer.settled("acked", hostile().size()).balanced();
			assertThat(recorder.done()).hasSize(hostile().size()).allMatch((message) -> message.attempt() == 1);
			assertThat(consumer.count("waybill.deliveries", "waybill", "absent")).isEqualTo(hostile().size());
		}
	}

	@Test
	void whateverAForeignProgramSendsBecomesADeadLetter() {
		Recorder recorder = new Recorder((message) -> {
			throw new UnprocessableMessageException("x".repeat(5000));
		});
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			for (BasicProperties hostile : hostile()) {
				this.outbox.foreign(hostile, "x");
			}
			consumer.settled("dead_lettered", hostile().size()).balanced();
			assertThat(consumer.count("waybill.settled", "how", "dropped_to_broker")).isZero();
			List<GetResponse> dead = this.host.drain("hello.dlq");
			assertThat(dead).hasSize(hostile().size()).allSatisfy((one) -> {
				assertThat(one.getProps().getUserId()).isNull();
				assertThat(one.getProps().getExpiration()).isNull();
				assertThat(one.getProps().getDeliveryMode()).isEqualTo(2);
				assertThat(one.getProps().getHeaders()).containsKey(DeadLetter.REASON)
					.doesNotContainKeys("CC", "BCC", "x-delivery-count");
				assertThat(one.getProps().getHeaders().get(DeadLetter.REASON)).asString().hasSize(2048);
			});
			assertThat(dead).extracting((one) -> one.getProps().getReplyTo()).contains("somewhere");
			assertThat(dead).extracting((one) -> one.getProps().getHeaders()).anySatisfy((headers) -> {
				assertThat(headers).containsKey("small");
				assertThat(headers.get(Waybill.SEQUENCE)).isEqualTo(7L);
			});
		}
	}

	private static List<BasicProperties> hostile() {
		Map<String, Object> large = new HashMap<>();
		large.put("large", "x".repeat(100_000));
		large.put("alsoLarge", "x".repeat(28_000));
		large.put("small", "x");
		large.put(Waybill.SEQUENCE, 7L);
		return List.of(with(large), with(Map.of("x-delivery-count", 50L)), with(Map.of("x-delivery-count", "many")),
				with(Map.of("x-death", "none")), with(Map.of("x-death", List.of(Map.of("count", "x")))),
				with(Map.of("replyChannel", 5, "errorChannel", new byte[3], "id", "x", "timestamp", "y")),
				with(Map.of("springBatchFormat", "lengthHeader4", "__TypeId__", "java.lang.Runtime")),
				with(Map.of("spring_listener_return_correlation", "x", "retry-count", "x", "x-delay", "y")),
				with(Map.of("decimal", new BigDecimal("1.5"), "list", List.of(1, "a", Map.of("k", true)))),
				with(Map.of("CC", List.of("nowhere"), "BCC", List.of("nowhere"))),
				with(Map.of(Waybill.SOURCE, "x".repeat(90_000), Waybill.SEQUENCE, -1L)),
				new BasicProperties.Builder().userId("guest").expiration("600000").build(),
				new BasicProperties.Builder().deliveryMode(77).priority(255).build(),
				new BasicProperties.Builder().contentType("application/x-java-serialized-object")
					.contentEncoding("no-such-charset")
					.build(),
				new BasicProperties.Builder().replyTo("somewhere").correlationId("").contentType("").build());
	}

	private static BasicProperties with(Map<String, Object> headers) {
		return new BasicProperties.Builder().headers(headers).build();
	}

}
