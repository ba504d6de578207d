package dev.waybill.consumer;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@NeedsRabbitMq
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

	/** No other connection is let in, so that it cannot come back. */
	private static void loseReceiptsConnection(VirtualHost host, RunningConsumer consumer) {
		try {
			com.rabbitmq.client.Connection publishing = consumer.bean(BrokerConnection.class).publishingConnection();
			host.broker().ctl("set_vhost_limits", "-p", host.name(), "{\"max-connections\":1}");
			publishing.abort();
		}
		catch (java.io.IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
