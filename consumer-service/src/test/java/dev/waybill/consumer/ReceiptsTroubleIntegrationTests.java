package dev.waybill.consumer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import com.rabbitmq.client.Connection;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import org.springframework.amqp.rabbit.connection.ConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

@NeedsRabbitMq
@Execution(ExecutionMode.CONCURRENT)
class ReceiptsTroubleIntegrationTests {

	@Test
	void anAlarmIsDrainedAndItsReceiptsFollow() {
		try (RabbitBroker own = RabbitBroker.start()) {
			VirtualHost host = own.newVirtualHost();
			FakeProducer producer = new FakeProducer(host).declare();
			Outbox outbox = new Outbox(host);
			CountDownLatch alarm = new CountDownLatch(1);
			Recorder recorder = new Recorder((message) -> alarm.await());
			try (RunningConsumer consumer = RunningConsumer.start(host, recorder, "waybill.held-interval=1s")) {
				outbox.sendMany("m", 1000);
				recorder.awaitAttempts(1);
				own.memoryAlarm(true);
				alarm.countDown();
				Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.broker.blocked") == 1);
				// Until the grace is over, acks wait; then none does.
				long early = consumer.count("waybill.settled", "how", "acked");
				assertThat(early).isLessThan(1000);
				consumer.settled("acked", 1000).balanced();
				assertThat(consumer.gauge("waybill.broker.blocked")).isEqualTo(1);
				assertThat(consumer.count("waybill.receipts.excused")).isPositive().isLessThanOrEqualTo(1000);
				own.memoryAlarm(false);
				producer.awaitTold(Kind.PROCESSED, 1000);
				producer.hasNoHoles();
				Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.receipts.outstanding") == 0);
				outbox.sendMany("n", 100);
				consumer.settled("acked", 1100).balanced();
				producer.awaitTold(Kind.PROCESSED, 1100);
				assertThat(recorder.doneIds()).hasSize(1100).doesNotHaveDuplicates();
			}
		}
	}

	@Test
	void withoutItsReceiptsConnectionTheConsumerHandsBackAndWaits() {
		VirtualHost host = RabbitBroker.shared().newVirtualHost();
		FakeProducer producer = new FakeProducer(host).declare();
		Outbox outbox = new Outbox(host);
		CountDownLatch release = new CountDownLatch(1);
		Recorder recorder = new Recorder((message) -> release.await());
		try (RunningConsumer consumer = RunningConsumer.start(host, recorder)) {
			outbox.sendMany("m", 20);
			recorder.awaitAttempts(1);
			Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.in.hand") == 20);
			loseReceiptsConnection(host, consumer);
			release.countDown();
			recorder.awaitDone(20);
			assertThat(consumer.count("waybill.settled")).isZero();
			consumer.settled("handed_back", 20).balanced();
			assertThat(consumer.health("readiness").statusCode()).isEqualTo(503);
			assertThat(consumer.health("liveness").statusCode()).isEqualTo(200);
			assertThat(host.messages("hello")).isEqualTo(20);
			host.broker().ctl("clear_vhost_limits", "-p", host.name());
			consumer.settled("acked", 20).balanced();
			assertThat(recorder.doneIds()).hasSize(20).doesNotHaveDuplicates();
			producer.awaitTold(Kind.PROCESSED, 20).awaitTold(Kind.DUPLICATE, 20).awaitTold(Kind.HELD, 20);
			producer.hasNoHoles();
			Eventually.within(Duration.ofSeconds(10), () -> consumer.health("readiness").statusCode() == 200);
			producer.sendMarker(1);
			producer.await((one) -> one.markers().contains(1L));
		}
	}

	/** Nobody listens then, and who listens is who connects. */
	@Test
	void theConsumerConnectsAgainWhereItLosesTheOtherConnectionToo() throws Exception {
		VirtualHost host = RabbitBroker.shared().newVirtualHost();
		FakeProducer producer = new FakeProducer(host).declare();
		Outbox outbox = new Outbox(host);
		CountDownLatch release = new CountDownLatch(1);
		Recorder recorder = new Recorder((message) -> release.await());
		try (RunningConsumer consumer = RunningConsumer.start(host, recorder)) {
			outbox.sendMany("m", 20);
			Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.in.hand") == 20);
			loseReceiptsConnection(host, consumer);
			release.countDown();
			consumer.settled("handed_back", 20);
			Connection listening = consumer.bean(ConnectionFactory.class).createConnection().getDelegate();
			assertThat(listening).isNotNull();
			listening.abort();
			host.broker().ctl("clear_vhost_limits", "-p", host.name());
			consumer.settled("acked", 20).balanced();
			producer.awaitTold(Kind.PROCESSED, 20).hasNoHoles();
			assertThat(recorder.doneIds()).hasSize(20).doesNotHaveDuplicates();
		}
	}

	/** A channel that opens, and is closed at each publish, is no way to publish. */
	@Test
	void withoutTheExchangeTheConsumerHandsBackAndWaitsToo() {
		VirtualHost host = RabbitBroker.shared().newVirtualHost();
		FakeProducer producer = new FakeProducer(host).declare();
		Outbox outbox = new Outbox(host);
		RunningConsumer.start(host, new Recorder()).close();
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(host, recorder, "waybill.topology=check")) {
			host.onChannel((channel) -> channel.exchangeDelete("hello.receipts"));
			outbox.sendMany("m", 20);
			recorder.awaitDone(20);
			consumer.settled("handed_back", 20).balanced();
			assertThat(consumer.health("readiness").statusCode()).isEqualTo(503);
			producer.declare();
			consumer.settled("acked", 20).balanced();
			producer.awaitTold(Kind.PROCESSED, 20).hasNoHoles();
			assertThat(recorder.doneIds()).hasSize(20).doesNotHaveDuplicates();
		}
	}

	@Test
	void aBrokenProcessorIsTriedAndDeadLettersAreReadAfterThePauseToo() {
		VirtualHost host = RabbitBroker.shared().newVirtualHost();
		host.policy("retry", "^hello$",
				Map.of("delayed-retry-type", "failed", "delayed-retry-min", 300, "delayed-retry-max", 1000));
		FakeProducer producer = new FakeProducer(host).declare();
		Outbox outbox = new Outbox(host);
		Recorder recorder = new Recorder((message) -> {
			throw new IllegalStateException("the database is away");
		});
		try (RunningConsumer consumer = RunningConsumer.start(host, recorder, "waybill.retry.shortest-delay=300ms",
				"waybill.retry.longest-delay=1s", "waybill.max-attempts=15")) {
			outbox.sendMany("m", 40);
			Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.processor.broken") == 1);
			loseReceiptsConnection(host, consumer);
			Eventually.within(Duration.ofSeconds(20), () -> consumer.health("readiness").statusCode() == 503);
			host.broker().ctl("clear_vhost_limits", "-p", host.name());
			Eventually.within(Duration.ofSeconds(20), () -> consumer.health("readiness").statusCode() == 200);
			assertThat(consumer.gauge("waybill.processor.broken")).isEqualTo(1);
			host.onChannel((channel) -> {
				channel.basicPublish("", "hello.dead", Outbox.waybilled("road", 1007).build(), new byte[] { 1 });
				return true;
			});
			producer.await((one) -> one.told(Kind.DEAD_LETTERED).contains(1007L));
			recorder.effect((message) -> {
			});
			Eventually.within(Duration.ofSeconds(45), () -> consumer.gauge("waybill.processor.broken") == 0);
			producer.awaitTold(Kind.PROCESSED, 40).hasNoHoles();
			consumer.balanced();
		}
	}

	@Test
	void aStopRightAfterAnAlarmTellsWhatTheAlarmKept() {
		try (RabbitBroker own = RabbitBroker.start()) {
			VirtualHost host = own.newVirtualHost();
			FakeProducer producer = new FakeProducer(host).declare();
			Outbox outbox = new Outbox(host);
			RunningConsumer.start(host, new Recorder()).close();
			outbox.sendMany("m", 1000);
			own.memoryAlarm(true);
			try (RunningConsumer consumer = RunningConsumer.start(host, new Recorder())) {
				consumer.settled("acked", 1000);
				assertThat(consumer.gauge("waybill.broker.blocked")).isEqualTo(1);
				own.memoryAlarm(false);
				Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.broker.blocked") == 0);
			}
			assertThat(producer.told(Kind.PROCESSED)).hasSize(1000);
			producer.hasNoHoles();
		}
	}

	/** No other connection is let in, so that it cannot come back. */
	private static void loseReceiptsConnection(VirtualHost host, RunningConsumer consumer) {
		try {
			Connection publishing = consumer.bean(BrokerConnection.class).publishingConnection();
			host.broker().ctl("set_vhost_limits", "-p", host.name(), "{\"max-connections\":1}");
			publishing.abort();
		}
		catch (java.io.IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
