package dev.waybill.consumer;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import dev.waybill.contract.BrokerRefusedException;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@NeedsRabbitMq
class BrokerFaultIntegrationTests {

	private VirtualHost host;

	private Outbox outbox;

	@BeforeEach
	void newHost() {
		this.host = RabbitBroker.shared().newVirtualHost();
		this.outbox = new Outbox(this.host);
	}

	@Test
	void aDeletedQueueIsMadeAgainAndConsumed() {
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			this.outbox.send("before", "x");
			consumer.settled("acked", 1);
			this.host.onChannel((channel) -> channel.queueDelete("hello"));
			Eventually.within(Duration.ofSeconds(15),
					() -> this.host.onChannel((channel) -> channel.consumerCount("hello")) == 1);
			this.outbox.send("after", "x");
			consumer.settled("acked", 2).balanced();
			Eventually.within(Duration.ofSeconds(5), () -> consumer.health("readiness").statusCode() == 200);
		}
	}

	@Test
	void aConnectionThatIsLostInTheMiddleCostsNoMessageAndNoSecondEffect() {
		CountDownLatch release = new CountDownLatch(1);
		Recorder recorder = new Recorder((message) -> release.await());
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			this.outbox.sendMany("m", 20);
			Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.in.hand") == 20);
			this.host.broker().ctl("close_all_connections", "--vhost", this.host.name(), "a test");
			consumer.settled("abandoned", 20);
			Eventually.within(Duration.ofSeconds(20), () -> consumer.gauge("waybill.in.hand") == 20);
			assertThat(recorder.attempts()).hasSize(1);
			release.countDown();
			consumer.settled("acked", 20).balanced();
			assertThat(recorder.doneIds()).hasSize(20).doesNotHaveDuplicates();
			assertThat(consumer.count("waybill.duplicates")).isEqualTo(1);
		}
		this.outbox.accountFor(recorder.doneIds());
	}

	@Test
	void aQueueOfOtherArgumentsEndsTheStartWithASentence() {
		this.host.onChannel((channel) -> channel.queueDeclare("hello", true, false, false, Map.of()));
		assertThatThrownBy(() -> RunningConsumer.start(this.host, new Recorder()).close()).cause()
			.isInstanceOf(BrokerRefusedException.class)
			.hasMessageContaining("queue 'hello' exists with other arguments")
			.hasMessageContaining("waybill.queue.name")
			.hasMessageNotContaining("\n");
	}

	@Test
	void aWrongPasswordEndsTheStartWithASentence() {
		List<String> arguments = List.of("--spring.rabbitmq.addresses=amqp://guest:wrong@127.0.0.1:"
				+ this.host.broker().amqpPort() + "/" + this.host.name());
		assertThatThrownBy(() -> RunningConsumer.startWithoutWaiting(arguments, new Recorder()).close()).cause()
			.isInstanceOf(BrokerRefusedException.class)
			.hasMessageContaining("spring.rabbitmq.password");
	}

	@Test
	void aRefusedStartEndsAtOnce() {
		List<String> arguments = List.of("--server.port=0",
				"--spring.rabbitmq.addresses=" + this.host.uri() + "-not-there");
		try (JavaProcess program = JavaProcess.start(ConsumerApplication.class.getName(), List.of("-Xmx256m"),
				arguments)) {
			Eventually.within(Duration.ofSeconds(60),
					() -> program.output().contains("The broker refuses the virtual host: set "));
			assertThat(program.awaitExit(Duration.ofSeconds(5))).isEqualTo(1);
			assertThat(program.output()).contains("APPLICATION FAILED TO START").doesNotContain("\tat ");
		}
	}

	@Test
	void aVirtualHostThatIsNotThereEndsTheStartWithASentence() {
		List<String> arguments = List.of("--spring.rabbitmq.addresses=" + this.host.uri() + "-not-there");
		assertThatThrownBy(() -> RunningConsumer.startWithoutWaiting(arguments, new Recorder()).close()).cause()
			.isInstanceOf(BrokerRefusedException.class)
			.hasMessageContaining("spring.rabbitmq.virtual-host");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aBrokerThatGoesAndComesIsWaitedForAndHealthAnswersMeanwhile(CapturedOutput output) {
		try (RabbitBroker own = RabbitBroker.start()) {
			VirtualHost there = own.newVirtualHost();
			Outbox box = new Outbox(there);
			own.kill();
			Recorder recorder = new Recorder();
			try (RunningConsumer consumer = RunningConsumer.startWithoutWaiting(there.arguments(), recorder,
					"waybill.dead-letters.publish-timeout=1s", "waybill.dead-letters.retry-interval=500ms")) {
				answersAtOnce(consumer, 200, 503);
				own.startAgain();
				Eventually.within(Duration.ofSeconds(20), () -> consumer.health("broker").statusCode() == 200);
				Eventually.within(Duration.ofSeconds(5), () -> consumer.health("readiness").statusCode() == 200);
				box.sendMany("first", 10);
				consumer.settled("acked", 10).balanced();

				own.pause();
				answersAtOnce(consumer, 200, 200);
				// A paused broker is missed after at most two heartbeats.
				Eventually.within(Duration.ofSeconds(15), () -> consumer.gauge("waybill.broker.connected") == 0);
				answersAtOnce(consumer, 200, 503);
				own.resume();
				Eventually.within(Duration.ofSeconds(20), () -> consumer.health("broker").statusCode() == 200);

				own.kill();
				Eventually.within(Duration.ofSeconds(10), () -> consumer.health("broker").statusCode() == 503);
				answersAtOnce(consumer, 200, 503);
				own.startAgain();
				Eventually.within(Duration.ofSeconds(20), () -> consumer.health("broker").statusCode() == 200);
				box.sendMany("second", 10);
				Eventually.within(Duration.ofSeconds(20), () -> recorder.done().size() >= 20);

				poisonDuringAnAlarm(own, there, consumer, recorder);
			}
			assertThat(output.toString().split("No connection to the broker", -1)).hasSizeLessThanOrEqualTo(2);
			assertThat(output.toString()).doesNotContain("\tat org.springframework.amqp");
		}
	}

	@Test
	void aConsumerThatTheBrokerRefusesOnceItIsThereIsNotReady() {
		try (RabbitBroker own = RabbitBroker.start()) {
			VirtualHost there = own.newVirtualHost();
			there.onChannel((channel) -> channel.queueDeclare("hello", true, false, false, Map.of()));
			own.kill();
			try (RunningConsumer consumer = RunningConsumer.startWithoutWaiting(there.arguments(), new Recorder())) {
				answersAtOnce(consumer, 200, 503);
				own.startAgain();
				Eventually.within(Duration.ofSeconds(20),
						() -> consumer.bean(BrokerConnection.class).refusal() != null);
				answersAtOnce(consumer, 503, 503);
			}
		}
	}

	private static void poisonDuringAnAlarm(RabbitBroker own, VirtualHost there, RunningConsumer consumer,
			Recorder recorder) {
		CountDownLatch alarm = new CountDownLatch(1);
		recorder.effect((message) -> {
			alarm.await();
			throw new UnprocessableMessageException("never");
		});
		new Outbox(there).sendMany("bad", 3);
		own.memoryAlarm(true);
		alarm.countDown();
		consumer.settled("dropped_to_broker", 3).balanced();
		assertThat(consumer.gauge("waybill.broker.blocked")).isEqualTo(1);
		answersAtOnce(consumer, 200, 503);
		Eventually.within(Duration.ofSeconds(5), () -> consumer.gauge("waybill.dead.letters.waiting") == 3);
		own.memoryAlarm(false);
		Eventually.within(Duration.ofSeconds(10), () -> consumer.count("waybill.dead.letters.read") == 3);
		assertThat(new HashSet<>(there.drainIds("hello.dlq"))).hasSize(3);
		assertThat(consumer.gauge("waybill.broker.blocked")).isZero();
	}

	private static void answersAtOnce(RunningConsumer consumer, int readiness, int broker) {
		long begun = System.nanoTime();
		assertThat(consumer.health("readiness").statusCode()).isEqualTo(readiness);
		assertThat(consumer.health("broker").statusCode()).isEqualTo(broker);
		assertThat(consumer.health("liveness").statusCode()).isEqualTo(200);
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
	}

}
