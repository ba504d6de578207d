package dev.waybill.consumer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.DeadLetter;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloQueue.Type;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.amqp.core.Queue;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

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
		List<String> seen = new ArrayList<>(recorder.doneIds());
		seen.add("bad");
		this.outbox.accountFor(seen);
	}

	@Test
	void anUnprocessableMessageIsDeadLetteredAtOnce() {
		Recorder recorder = new Recorder((message) -> {
			throw new UnprocessableMessageException("no such account");
		});
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			this.outbox.send("bad", "x");
			consumer.settled("dead_lettered", 1).balanced();
			assertThat(recorder.attempts()).hasSize(1);
			assertThat(consumer.attempts("unprocessable")).isEqualTo(1);
			assertThat(only(this.host.drain("hello.dlq")).getProps().getHeaders().get(DeadLetter.REASON))
				.hasToString("dev.waybill.consumer.UnprocessableMessageException: no such account");
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void withoutThePolicyTheConsumerSaysSoOnceAndWaitsItself(CapturedOutput output) {
		Recorder recorder = Recorder.failingPoison();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.retry.shortest-delay=400ms",
				"waybill.retry.longest-delay=800ms")) {
			long begun = System.nanoTime();
			this.outbox.send("bad", "poison");
			this.outbox.send("worse", "poison too");
			this.outbox.send("good", "x");
			recorder.awaitDone(1);
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(1500));
			consumer.settled("dead_lettered", 2).settled("rejected", 8).balanced();
			// Two at once, then 400, 800 and 800 ms and more for the one that came back
			// first.
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(1500));
			assertThat(output.toString().split("has no policy of delayed retry", -1)).hasSize(2);
		}
	}

	@Test
	void withThePolicyTheConsumerNeverWaitsItself() {
		this.host.policy("retry", "^hello$", RETRY_POLICY);
		Recorder recorder = Recorder.failingPoison();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, SHORT_DELAYS)) {
			this.outbox.send("bad", "poison");
			recorder.awaitAttempts(2);
			Eventually.within(Duration.ofSeconds(1), () -> consumer.gauge("waybill.in.hand") == 0);
			consumer.settled("dead_lettered", 1).balanced();
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void thePolicyDelaysEachAttemptLonger(CapturedOutput output) {
		this.host.policy("retry", "^hello$",
				Map.of("delayed-retry-type", "failed", "delayed-retry-min", 1000, "delayed-retry-max", 3000));
		Recorder recorder = Recorder.failingPoison();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.retry.longest-delay=3s")) {
			this.outbox.send("bad", "poison");
			consumer.settled("dead_lettered", 1).settled("rejected", 4).balanced();
		}
		List<Duration> gaps = recorder.gaps();
		assertThat(gaps).hasSize(4);
		long[] seconds = { 1, 2, 3, 3 };
		for (int i = 0; i < seconds.length; i++) {
			assertThat(gaps.get(i)).isBetween(Duration.ofSeconds(seconds[i]), Duration.ofSeconds(seconds[i] + 2));
		}
		assertThat(output).doesNotContain("has no policy of delayed retry");
		this.outbox.accountFor(List.of());
	}

	@Test
	void poisonThatArrivesWhileTheDeadLettersAreDeletedIsAllThereAfterwards() throws Exception {
		Recorder recorder = new Recorder((message) -> {
			throw new UnprocessableMessageException("never");
		});
		List<String> taken = new ArrayList<>();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder,
				"waybill.dead-letters.retry-interval=500ms")) {
			CompletableFuture<Void> stream = CompletableFuture.runAsync(() -> this.outbox.sendMany("bad", 200, 50));
			recorder.awaitAttempts(30);
			// What is in it when it is deleted goes with it, so the road to it is cut
			// first.
			this.host.onChannel((channel) -> channel.queueUnbind("hello.dlq", "hello.dlx", HelloQueue.DLQ_KEY));
			Eventually.within(Duration.ofSeconds(10),
					() -> this.host.onChannel((channel) -> channel.messageCount("hello.dlq")) == consumer
						.count("waybill.settled", "how", "dead_lettered"));
			taken.addAll(this.host.drainIds("hello.dlq"));
			this.host.onChannel((channel) -> channel.queueDelete("hello.dlq"));
			recorder.awaitAttempts(130);
			declareDlq();
			stream.get(30, TimeUnit.SECONDS);
			recorder.awaitAttempts(200);
			long copied = consumer.balanced().count("waybill.settled", "how", "dead_lettered");
			long dropped = consumer.count("waybill.settled", "how", "dropped_to_broker");
			assertThat(copied).isGreaterThanOrEqualTo(60);
			assertThat(dropped).isGreaterThanOrEqualTo(60);
			assertThat(copied + dropped).isEqualTo(200);
			Eventually.within(Duration.ofSeconds(20), () -> consumer.count("waybill.dead.letters.read") == dropped);
			assertThat(taken).hasSizeGreaterThanOrEqualTo(30).doesNotHaveDuplicates();
			List<String> after = this.host.drainIds("hello.dlq");
			assertThat(after).hasSize(200 - taken.size()).doesNotHaveDuplicates();
			taken.addAll(after);
		}
		this.outbox.accountFor(taken);
	}

	@Test
	void whatCannotBeCopiedTakesTheBrokersRoadAndIsThereWhenTheQueueIs() {
		this.host.policy("retry", "^hello$", RETRY_POLICY);
		Recorder recorder = new Recorder((message) -> {
			throw new UnprocessableMessageException("never");
		});
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder,
				"waybill.dead-letters.retry-interval=500ms")) {
			this.host.onChannel((channel) -> channel.queueDelete("hello.dlq"));
			this.outbox.sendMany("bad", 15);
			consumer.settled("dropped_to_broker", 15).balanced();
			Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.dead.letters.waiting") == 10);
			Eventually.within(Duration.ofSeconds(10), () -> consumer.count("waybill.dead.letters.failed") > 10);
			declareDlq();
			Eventually.within(Duration.ofSeconds(20), () -> consumer.count("waybill.dead.letters.read") == 15);
			List<GetResponse> dead = this.host.drain("hello.dlq");
			assertThat(dead).extracting((one) -> one.getProps().getMessageId())
				.containsExactlyInAnyOrderElementsOf(IntStream.range(0, 15).mapToObj((i) -> "bad-" + i).toList());
			assertThat(dead).allSatisfy((one) -> assertThat(one.getProps().getHeaders().get(DeadLetter.REASON))
				.hasToString("the broker: rejected in queue hello"));
			assertThat(consumer.gauge("waybill.dead.letters.waiting")).isZero();
		}
	}

	@Test
	void inTutorialModePoisonIsTriedFiveTimesAndForeignersAreServed() {
		Recorder recorder = Recorder.failingPoison();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.queue.type=tutorial",
				"waybill.retry.shortest-delay=100ms", "waybill.retry.longest-delay=300ms")) {
			this.outbox.foreign(new BasicProperties(), "Hello World!");
			this.outbox.foreign(new BasicProperties.Builder().headers(Map.of("x-delivery-count", 50L)).build(),
					"poison");
			consumer.settled("acked", 1).settled("rejected", 4).settled("dead_lettered", 1).balanced();
			assertThat(recorder.attempts()).filteredOn((message) -> Recorder.text(message).equals("poison"))
				.extracting(ReceivedMessage::attempt)
				.containsExactly(1, 2, 3, 4, 5);
			assertThat(only(this.host.drain("hello.dlq")).getBody()).asString().isEqualTo("poison");
			assertThat(consumer.count("waybill.deliveries", "waybill", "absent")).isEqualTo(6);
		}
	}

	@Test
	void inTutorialModeWhatCannotBeDeadLetteredStaysInTheQueue() {
		Recorder recorder = Recorder.failingPoison();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.queue.type=tutorial",
				"waybill.max-attempts=2", "waybill.retry.shortest-delay=200ms", "waybill.retry.longest-delay=200ms")) {
			this.host.onChannel((channel) -> channel.queueDelete("hello.dlq"));
			this.outbox.foreign(new BasicProperties(), "poison");
			recorder.awaitAttempts(4);
			declareDlq();
			consumer.settled("dead_lettered", 1).balanced();
			assertThat(consumer.count("waybill.settled", "how", "dropped_to_broker")).isZero();
			assertThat(this.host.drain("hello.dlq")).hasSize(1);
		}
	}

	@Test
	@Tag("long")
	void aProcessorThatFailsForAMinuteCostsFewDeadLettersAndNothingElse() throws Exception {
		this.host.policy("retry", "^hello$", RETRY_POLICY);
		Recorder recorder = new Recorder((message) -> {
			throw new IllegalStateException("the database is away");
		});
		List<String> dead = new ArrayList<>();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, SHORT_DELAYS)) {
			long begun = System.nanoTime();
			CompletableFuture<Void> stream = CompletableFuture.runAsync(() -> this.outbox.sendMany("m", 60_000, 1000));
			Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.processor.broken") == 1);
			assertThat(consumer.health("readiness").statusCode()).isEqualTo(200);
			stream.get(120, TimeUnit.SECONDS);
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(Duration.ofSeconds(59),
					Duration.ofSeconds(75));
			recorder.effect((message) -> {
			});
			Eventually.within(Duration.ofSeconds(40), () -> consumer.gauge("waybill.processor.broken") == 0);
			Eventually.within(Duration.ofSeconds(60),
					() -> recorder.done().size() + consumer.count("waybill.settled", "how", "dead_lettered") >= 60_000);
			consumer.balanced();
			dead.addAll(this.host.drainIds("hello.dlq"));
			assertThat(dead).hasSizeLessThanOrEqualTo(30).doesNotHaveDuplicates();
			assertThat(recorder.doneIds()).hasSize(60_000 - dead.size()).doesNotHaveDuplicates();
			assertThat(consumer.attempts("failed") + consumer.attempts("processed"))
				.isEqualTo(recorder.attempts().size());
		}
		dead.addAll(recorder.doneIds());
		this.outbox.accountFor(dead);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aBrokenProcessorIsSeenAtEqualMessagesWithoutIdsToo(CapturedOutput output) {
		this.host.policy("retry", "^hello$", RETRY_POLICY);
		Recorder recorder = new Recorder((message) -> {
			throw new IllegalStateException("the database is away");
		});
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, SHORT_DELAYS)) {
			this.outbox.foreign(new BasicProperties(), "Hello World!", 100);
			Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.processor.broken") == 1);
			recorder.effect((message) -> {
			});
			Eventually.within(Duration.ofSeconds(30),
					() -> recorder.done().size() + consumer.count("waybill.settled", "how", "dead_lettered") >= 100);
			consumer.balanced();
			assertThat(this.host.drain("hello.dlq")).isEmpty();
			assertThat(recorder.done()).hasSize(100);
			assertThat(output).doesNotContain("has no policy of delayed retry");
		}
	}

	private void declareDlq() {
		Queue dlq = new HelloQueue("hello", Type.QUORUM).queues().get(2);
		this.host.onChannel((channel) -> {
			channel.queueDeclare(dlq.getName(), dlq.isDurable(), false, false, dlq.getArguments());
			return channel.queueBind(dlq.getName(), "hello.dlx", HelloQueue.DLQ_KEY);
		});
	}

	private static <T> T only(List<T> list) {
		assertThat(list).hasSize(1);
		return list.get(0);
	}

}
