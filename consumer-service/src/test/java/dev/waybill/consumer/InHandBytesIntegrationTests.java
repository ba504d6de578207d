package dev.waybill.consumer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.io.TempDir;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;

import static org.assertj.core.api.Assertions.assertThat;

/** Messages that are large, many and slow, all at once. */
@NeedsRabbitMq
@Execution(ExecutionMode.CONCURRENT)
class InHandBytesIntegrationTests {

	private static final String MEBIBYTE = "x".repeat(1 << 20);

	private VirtualHost host;

	private Outbox outbox;

	@BeforeEach
	void newHost() {
		this.host = RabbitBroker.shared().newVirtualHost();
		this.outbox = new Outbox(this.host);
	}

	@Test
	void aBacklogOfLargeMessagesIsProcessedInASmallHeap(@TempDir Path folder) throws Exception {
		FakeProducer producer = new FakeProducer(this.host).declare();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, new Recorder())) {
			assertThat(consumer.gauge("waybill.in.hand.bytes")).isZero();
		}
		sendLarge(200);
		Path journal = Files.createFile(folder.resolve("journal"));
		List<String> arguments = new ArrayList<>(this.host.arguments());
		arguments.addAll(List.of("--server.port=0", "--waybill.processor.work-time=10ms",
				"--waybill.processor.journal=" + journal, "--spring.rabbitmq.listener.direct.prefetch=1000"));
		try (JavaProcess program = JavaProcess.start(ConsumerApplication.class.getName(), List.of("-Xmx96m"),
				arguments)) {
			Eventually.within(Duration.ofSeconds(60), () -> lines(journal) >= 200);
			producer.awaitTold(Kind.PROCESSED, 200);
			assertThat(program.output()).containsOnlyOnce("Connected to").doesNotContain("OutOfMemory");
		}
		assertThat(Files.readAllLines(journal))
			.containsExactlyElementsOf(IntStream.range(0, 200).mapToObj((i) -> "large-" + i).toList());
		// What is redelivered would have been named.
		assertThat(producer.told(Kind.HELD)).isEmpty();
		assertThat(producer.told(Kind.DUPLICATE)).isEmpty();
	}

	@Test
	void whatWouldLieUnreadForTooLongGoesBackToTheQueue() {
		CountDownLatch release = new CountDownLatch(1);
		Recorder recorder = new Recorder((message) -> release.await());
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.in-hand-bytes=2MB",
				"waybill.held-interval=2s")) {
			sendLarge(20);
			recorder.awaitAttempts(1);
			Eventually.within(Duration.ofSeconds(10),
					() -> this.host.onChannel((channel) -> channel.messageCount("hello")) >= 18);
			assertThat(consumer.gauge("waybill.in.hand.bytes")).isBetween(1.0, 3.0 * (1 << 20));
			release.countDown();
			recorder.awaitDone(20);
			consumer.balanced();
			assertThat(recorder.doneIds()).doesNotHaveDuplicates().hasSize(20);
			assertThat(consumer.count("waybill.settled", "how", "abandoned")).isZero();
			assertThat(consumer.gauge("waybill.in.hand.bytes")).isZero();
		}
		this.outbox.accountFor(recorder.doneIds());
	}

	/** RabbitMQ closes a connection that takes nothing for some 30 s. */
	@Test
	@Tag("long")
	void theConnectionOutlivesAProcessorThatTakesLongerThanTheBrokersPatience() throws Exception {
		Recorder recorder = new Recorder((message) -> {
			if ("large-0".equals(message.messageId())) {
				Thread.sleep(50_000);
			}
		});
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.in-hand-bytes=2MB")) {
			sendLarge(100);
			Eventually.within(Duration.ofSeconds(90), () -> recorder.done().size() >= 100);
			consumer.balanced();
			assertThat(recorder.doneIds()).doesNotHaveDuplicates().hasSize(100);
			assertThat(consumer.count("waybill.settled", "how", "abandoned")).isZero();
		}
		this.outbox.accountFor(recorder.doneIds());
	}

	private void sendLarge(int count) {
		for (int i = 0; i < count; i++) {
			this.outbox.send("large-" + i, MEBIBYTE);
		}
	}

	private static int lines(Path file) {
		try {
			return Files.readAllLines(file).size();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
