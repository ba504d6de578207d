package dev.waybill.consumer;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;

@NeedsRabbitMq
@Execution(ExecutionMode.CONCURRENT)
class ReceiptsIntegrationTests {

	private VirtualHost host;

	private Outbox outbox;

	private FakeProducer producer;

	@BeforeEach
	void newHost() {
		this.host = RabbitBroker.shared().newVirtualHost();
		this.outbox = new Outbox(this.host);
		this.producer = new FakeProducer(this.host).declare();
	}

	@Test
	void everyProcessedNumberIsToldWithItsTimes() {
		long before = Clocks.micros();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, new Recorder())) {
			this.outbox.sendMany("m", 1000);
			consumer.settled("acked", 1000).balanced();
			this.producer.awaitTold(Kind.PROCESSED, 1000).hasNoHoles();
			assertThat(this.producer.receipts()).hasSizeLessThan(200);
			assertThat(this.producer.readings()).hasSize(1000)
				.allSatisfy((number, reading) -> assertThat(reading)
					.extracting(Reading::acceptedAt, Reading::receivedAt, Reading::endedAt)
					.isSorted()
					.allSatisfy((at) -> assertThat((long) at).isBetween(before, Clocks.micros())));
			assertThat(consumer.count("waybill.receipts.published"))
				.isEqualTo(consumer.count("waybill.receipts.confirmed"))
				.isEqualTo(this.producer.receipts().size());
			assertThat(consumer.gauge("waybill.receipts.outstanding")).isZero();
		}
	}

	@Test
	void nothingIsAckedWhoseReceiptTheBrokerRefuses() {
		this.producer.refuse(true);
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			this.outbox.send("once", "x");
			this.outbox.send("once", "x");
			this.outbox.sendMany("m", 8);
			Eventually.within(Duration.ofSeconds(10),
					() -> recorder.done().size() == 9 && consumer.count("waybill.duplicates") == 1);
			pause(1500);
			assertThat(consumer.count("waybill.settled")).isZero();
			assertThat(consumer.gauge("waybill.in.hand")).isEqualTo(10);
			this.producer.refuse(false);
			consumer.settled("acked", 10).balanced();
			this.producer.await((one) -> one.told(Kind.PROCESSED).size() == 9);
			assertThat(this.producer.told(Kind.DUPLICATE)).containsExactly(2L);
			this.producer.hasNoHoles();
		}
	}

	@Test
	void whatIsNotProcessedIsNotAckedByAnAckBeyondIt() {
		CountDownLatch release = new CountDownLatch(1);
		Recorder recorder = new Recorder((message) -> {
			if ("m-10".equals(message.messageId())) {
				release.await();
			}
		});
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.concurrency=2")) {
			this.outbox.sendMany("m", 200);
			consumer.settled("acked", 199);
			assertThat(this.producer.told(Kind.PROCESSED)).hasSize(199).doesNotContain(11L);
			Eventually.within(Duration.ofSeconds(20), () -> this.host.messages("hello") == 1);
			release.countDown();
			consumer.settled("acked", 200).balanced();
			this.producer.awaitTold(Kind.PROCESSED, 200);
		}
		assertThat(this.outbox.takeLeft("hello")).isEmpty();
	}

	@Test
	void whatAClosedChannelDeliveredIsToldAndAckedOnlyByItsNextDelivery() {
		this.producer.refuse(true);
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.concurrency=40")) {
			this.outbox.sendMany("m", 20);
			recorder.awaitDone(20);
			CountDownLatch release = new CountDownLatch(1);
			recorder.effect((message) -> release.await());
			this.host.broker().ctl("close_all_connections", "--vhost", this.host.name(), "a test");
			consumer.settled("abandoned", 20);
			this.outbox.sendMany("n", 20);
			// The old tags are in use again when the old receipt is confirmed.
			Eventually.within(Duration.ofSeconds(20), () -> consumer.gauge("waybill.in.hand") == 40);
			this.producer.refuse(false);
			this.producer.awaitTold(Kind.PROCESSED, 20);
			Eventually.within(Duration.ofSeconds(20), () -> this.producer.told(Kind.DUPLICATE).size() == 20);
			consumer.settled("acked", 20);
			// Of the new ones, with the same tags or later, none.
			pause(500);
			assertThat(consumer.gauge("waybill.in.hand")).isEqualTo(20);
			release.countDown();
			consumer.settled("acked", 40).settled("abandoned", 20).balanced();
			this.producer.awaitTold(Kind.PROCESSED, 40).hasNoHoles();
			assertThat(recorder.doneIds()).hasSize(40).doesNotHaveDuplicates();
		}
	}

	@Test
	void whatTheReceiptsConnectionLostIsSentAgainUnderItsNumbers() {
		AtomicBoolean going = new AtomicBoolean(true);
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			Thread closing = new Thread(() -> {
				while (going.get()) {
					pause(300);
					try {
						consumer.bean(BrokerConnection.class).publishingConnection().abort();
					}
					catch (Exception ex) {
						// It is away just now.
					}
				}
			});
			closing.start();
			this.outbox.sendMany("m", 3000, 1000);
			going.set(false);
			consumer.settled("acked", 3000).balanced();
			this.producer.awaitTold(Kind.PROCESSED, 3000).hasNoHoles();
			assertThat(this.producer.told(Kind.DUPLICATE)).isEmpty();
			assertThat(consumer.count("waybill.settled", "how", "abandoned")).isZero();
		}
	}

	@Test
	void aReceiptWhoseProducerIsGoneCountsAsDelivered() {
		this.host.onChannel((channel) -> channel.queueDelete("hello.receipts.test-producer"));
		try (RunningConsumer consumer = RunningConsumer.start(this.host, new Recorder())) {
			this.outbox.sendMany("m", 10);
			consumer.settled("acked", 10).balanced();
			assertThat(consumer.count("waybill.receipts.returned")).isPositive()
				.isEqualTo(consumer.count("waybill.receipts.published"));
			assertThat(consumer.count("waybill.receipts.confirmed")).isZero();
			assertThat(consumer.gauge("waybill.receipts.outstanding")).isZero();
		}
	}

	@Test
	void aDeadLetterIsToldWhenItsCopyIsThereAndNotBefore() {
		try (RunningConsumer consumer = RunningConsumer.start(this.host, Recorder.failingPoison(),
				"waybill.max-attempts=1")) {
			this.host.fill("hello.dlq");
			this.outbox.send("bad", "poison");
			Eventually.within(Duration.ofSeconds(20), () -> consumer.gauge("waybill.dead.letters.waiting") == 1);
			pause(1000);
			assertThat(this.producer.told(Kind.DEAD_LETTERED)).isEmpty();
			this.host.relieve();
			this.producer.awaitTold(Kind.DEAD_LETTERED, 1);
			Eventually.within(Duration.ofSeconds(10), () -> consumer.count("waybill.dead.letters.read") == 1);
			this.outbox.send("worse", "poison");
			consumer.settled("dead_lettered", 1).balanced();
			this.producer.awaitTold(Kind.DEAD_LETTERED, 2).hasNoHoles();
			assertThat(this.producer.readings()).containsOnlyKeys(1L, 2L);
			assertThat(this.host.drainIds("hello.dlq")).containsExactlyInAnyOrder("bad", "worse");
		}
	}

	@Test
	void aDeadLetterStaysUntilItsReceiptIsConfirmed() {
		this.producer.refuse(true);
		try (RunningConsumer consumer = RunningConsumer.start(this.host, Recorder.failingPoison(),
				"waybill.max-attempts=1")) {
			this.outbox.send("bad", "poison");
			this.host.onChannel((channel) -> {
				channel.basicPublish("hello.dlx", "dead", Outbox.waybilled("road", 7).build(), new byte[] { 1 });
				return true;
			});
			Eventually.within(Duration.ofSeconds(10),
					() -> this.host.onChannel((channel) -> channel.messageCount("hello.dlq")) == 2);
			pause(1000);
			assertThat(consumer.gauge("waybill.in.hand")).isEqualTo(1);
			assertThat(consumer.gauge("waybill.dead.letters.waiting")).isEqualTo(1);
			this.producer.refuse(false);
			consumer.settled("dead_lettered", 1).balanced();
			Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.dead.letters.waiting") == 0);
			assertThat(this.producer.told(Kind.DEAD_LETTERED)).containsExactly(1L, 7L);
		}
		assertThat(this.outbox.takeLeft("hello.dead")).isEmpty();
	}

	@Test
	void aMarkerComesThroughBothQueuesAndNoProcessor() {
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			this.producer.sendMarker(-5);
			this.outbox.send("m", "x");
			this.producer.sendMarker(Long.MAX_VALUE);
			this.producer.await((one) -> one.markers().equals(Set.of(-5L, Long.MAX_VALUE)));
			consumer.settled("acked", 1).balanced();
			assertThat(recorder.attempts()).hasSize(1);
			assertThat(consumer.count("waybill.deliveries")).isEqualTo(1);
			assertThat(consumer.count("waybill.markers", "queue", "hello")).isEqualTo(2);
			assertThat(consumer.count("waybill.markers", "queue", "dead")).isEqualTo(2);
		}
		assertThat(this.outbox.takeLeft("hello.dead")).isEmpty();
		assertThat(this.outbox.takeLeft("hello.dlq")).isEmpty();
	}

	@Test
	void aMarkerInTheTutorialsQueueIsAnsweredThere() {
		try (RunningConsumer consumer = RunningConsumer.start(this.host, new Recorder(),
				"waybill.queue.type=tutorial")) {
			this.producer.sendMarker(7);
			this.producer.await((one) -> one.markers().equals(Set.of(7L)));
			Eventually.within(Duration.ofSeconds(10), () -> this.host.messages("hello") == 0);
			assertThat(consumer.count("waybill.markers", "queue", "dead")).isZero();
		}
	}

	@Test
	void whatTakesLongIsNamedAgainAndAgain() {
		CountDownLatch release = new CountDownLatch(1);
		Recorder recorder = new Recorder((message) -> release.await());
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.held-interval=500ms")) {
			this.outbox.sendMany("m", 5);
			this.producer.awaitTold(Kind.HELD, 5);
			this.producer.await((one) -> one.times(Kind.HELD, 1) >= 3 && one.times(Kind.HELD, 5) >= 3);
			assertThat(this.producer.told(Kind.PROCESSED)).isEmpty();
			release.countDown();
			consumer.settled("acked", 5).balanced();
			this.producer.awaitTold(Kind.PROCESSED, 5).hasNoHoles();
			long times = this.producer.times(Kind.HELD, 1);
			pause(1500);
			assertThat(this.producer.times(Kind.HELD, 1)).isEqualTo(times);
		}
	}

	@Test
	void whatIsRejectedIsNamed() {
		try (RunningConsumer consumer = RunningConsumer.start(this.host, Recorder.failingPoison(),
				"waybill.retry.shortest-delay=20s")) {
			this.outbox.send("bad", "poison");
			consumer.settled("rejected", 1);
			this.producer.awaitTold(Kind.HELD, 1);
		}
	}

	@Test
	void whatComesAgainIsNamedBeforeItIsProcessed() {
		RunningConsumer.start(this.host, new Recorder()).close();
		this.outbox.sendMany("m", 3);
		this.host.onChannel((channel) -> {
			for (int i = 0; i < 3; i++) {
				assertThat(channel.basicGet("hello", false)).isNotNull();
			}
			return true;
		});
		this.producer.refuse(true);
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.in.hand") == 3);
			pause(1000);
			assertThat(recorder.attempts()).isEmpty();
			this.producer.refuse(false);
			recorder.awaitDone(3);
			consumer.settled("acked", 3).balanced();
			List<Receipt> receipts = this.producer.awaitTold(Kind.PROCESSED, 3).receipts();
			assertThat(receipts.get(0).runs()).allMatch((run) -> run.kind() == Kind.HELD);
			assertThat(this.producer.told(Kind.HELD)).containsExactly(1L, 2L, 3L);
		}
	}

	@Test
	void aPrefetchOfOneDoesNotStarve() {
		try (RunningConsumer consumer = RunningConsumer.start(this.host, new Recorder(),
				"spring.rabbitmq.listener.direct.prefetch=1")) {
			long begun = System.nanoTime();
			this.outbox.sendMany("m", 200);
			consumer.settled("acked", 200).balanced();
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
			this.producer.awaitTold(Kind.PROCESSED, 200);
		}
	}

	@Test
	void aNumberThatNoReceiptCanSayIsUntracked() {
		try (RunningConsumer consumer = RunningConsumer.start(this.host, new Recorder())) {
			this.outbox.foreign(Outbox.waybilled("id", Long.MAX_VALUE).build(), "x");
			this.outbox.foreign(new BasicProperties(), "x");
			consumer.settled("acked", 2).balanced();
			assertThat(consumer.count("waybill.deliveries", "waybill", "absent")).isEqualTo(2);
			assertThat(consumer.count("waybill.receipts.published")).isZero();
		}
	}

	@Test
	void aStopAcksWhatWasProcessedAndLeavesNoHole() {
		Recorder recorder = new Recorder((message) -> Thread.sleep(1));
		RunningConsumer consumer = RunningConsumer.start(this.host, recorder);
		try (consumer) {
			this.outbox.sendMany("m", 2000);
			recorder.awaitDone(50);
		}
		consumer.balanced();
		int done = recorder.done().size();
		assertThat(consumer.count("waybill.settled", "how", "acked")).isEqualTo(done);
		assertThat(this.producer.told(Kind.PROCESSED)).hasSize(done);
		this.producer.hasNoHoles();
		assertThat(this.outbox.takeLeft("hello")).hasSize(2000 - done);
		assertThat(consumer.gauge("waybill.receipts.outstanding")).isZero();
	}

	static void pause(long millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
