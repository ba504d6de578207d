package dev.waybill.consumer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import com.example.UsersProgram;
import com.rabbitmq.client.GetResponse;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

@NeedsRabbitMq
@Execution(ExecutionMode.CONCURRENT)
class StopIntegrationTests {

	private VirtualHost host;

	private Outbox outbox;

	@BeforeEach
	void newHost() {
		this.host = RabbitBroker.shared().newVirtualHost();
		this.outbox = new Outbox(this.host);
	}

	@Test
	void aCleanStopWithAFullPrefetchCountsNoAttempt() {
		Recorder recorder = new Recorder((message) -> Thread.sleep(5));
		RunningConsumer consumer = RunningConsumer.start(this.host, recorder);
		try (consumer) {
			this.outbox.sendMany("m", 600);
			recorder.awaitDone(20);
		}
		consumer.balanced();
		assertThat(consumer.attempts("processed")).isEqualTo(recorder.done().size());
		List<GetResponse> left = this.outbox.takeLeft("hello");
		assertThat(left).hasSize(600 - recorder.done().size())
			.hasSizeGreaterThan(250)
			.allSatisfy((one) -> assertThat(count(one)).isZero());
		List<String> all = new ArrayList<>(recorder.doneIds());
		left.forEach((one) -> all.add(one.getProps().getMessageId()));
		assertThat(all).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 600).mapToObj((i) -> "m-" + i).toList());
		assertThat(recorder.attempts()).hasSameSizeAs(recorder.done());
	}

	@Test
	void aStopInterruptsWhatTakesTooLongAndHandsItBackUncounted() {
		CountDownLatch begun = new CountDownLatch(1);
		Recorder recorder = new Recorder((message) -> {
			begun.countDown();
			Thread.sleep(60_000);
		});
		RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.drain-timeout=300ms");
		try (consumer) {
			this.outbox.send("slow", "x");
			this.outbox.send("next", "x");
			recorder.awaitAttempts(1);
		}
		assertThat(recorder.attempts()).hasSize(1);
		consumer.settled("handed_back", 2).balanced();
		assertThat(consumer.attempts("cut_short")).isEqualTo(1);
		assertThat(this.outbox.takeLeft("hello")).allSatisfy((one) -> assertThat(count(one)).isZero())
			.extracting((one) -> one.getProps().getMessageId())
			.containsExactlyInAnyOrder("slow", "next");
	}

	@Test
	void aStopRejectsAtOnceWhatWaitsForItsRetry() {
		Recorder recorder = Recorder.failingPoison();
		RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.retry.shortest-delay=20s");
		long begun;
		try (consumer) {
			this.outbox.send("bad", "poison");
			recorder.awaitAttempts(2);
			Eventually.within(Duration.ofSeconds(5), () -> consumer.gauge("waybill.in.hand") == 1);
			begun = System.nanoTime();
		}
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
		consumer.settled("rejected", 2).balanced();
		assertThat(this.outbox.takeLeft("hello")).hasSize(1).allSatisfy((one) -> assertThat(count(one)).isEqualTo(2));
	}

	@Test
	void aStopWhileTheProcessorIsBrokenLeavesEverythingInTheQueue() {
		Recorder recorder = new Recorder((message) -> {
			throw new IllegalStateException("away");
		});
		RunningConsumer consumer = RunningConsumer.start(this.host, recorder);
		try (consumer) {
			this.outbox.sendMany("m", 100);
			Eventually.within(Duration.ofSeconds(10), () -> consumer.gauge("waybill.processor.broken") == 1);
			consumer.balanced();
		}
		consumer.balanced();
		assertThat(recorder.done()).isEmpty();
		this.outbox.accountFor(List.of());
	}

	@Test
	void aProcessorThatHangsIsInterruptedAndTheMessageIsTriedAgain() {
		Recorder recorder = new Recorder((message) -> {
			if (message.attempt() == 1) {
				Thread.sleep(60_000);
			}
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		});
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.process-timeout=300ms")) {
			this.outbox.send("slow", "x");
			consumer.settled("rejected", 1).settled("acked", 1).balanced();
			assertThat(consumer.attempts("timed_out")).isEqualTo(1);
			assertThat(consumer.attempts("processed")).isEqualTo(1);
		}
	}

	@Test
	void aStuckProcessorEndsConsumptionAndLiveness() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		Recorder recorder = new Recorder((message) -> awaitUninterruptibly(release));
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder, "waybill.process-timeout=200ms",
				"waybill.interrupt-grace=300ms")) {
			this.outbox.sendMany("m", 3);
			Eventually.within(Duration.ofSeconds(10), () -> consumer.health("liveness").statusCode() == 503);
			assertThat(consumer.health("readiness").statusCode()).isEqualTo(503);
			assertThat(consumer.health("broker").statusCode()).isEqualTo(200);
			consumer.settled("abandoned", 1).settled("handed_back", 2).balanced();
			assertThat(recorder.attempts()).hasSize(1);
			assertThat(this.outbox.takeLeft("hello")).extracting(StopIntegrationTests::count)
				.containsExactlyInAnyOrder(1L, 0L, 0L);
		}
		finally {
			release.countDown();
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { StuckProgram.class, UsersProgram.class })
	void theProgramEndsWithASentenceWhenItsProcessorIsStuck(Class<?> main) {
		List<String> arguments = new ArrayList<>(this.host.arguments());
		arguments
			.addAll(List.of("--server.port=0", "--waybill.process-timeout=200ms", "--waybill.interrupt-grace=300ms"));
		try (JavaProcess program = JavaProcess.start(main.getName(), List.of("-Xmx256m"), arguments)) {
			program.awaitOutput("Started ", Duration.ofSeconds(60));
			this.outbox.send("m", "x");
			assertThat(program.awaitExit(Duration.ofSeconds(30))).isEqualTo(70);
			assertThat(program.output()).contains("\nThe processor is stuck: message m (delivery 1) was interrupted "
					+ "after 200ms and has not come back; the service gives up\n");
		}
		this.outbox.accountFor(List.of());
	}

	@Test
	void whatAKilledConsumerHadInHandIsDeliveredAgain(@TempDir Path folder) throws Exception {
		Path journal = folder.resolve("journal");
		List<String> arguments = new ArrayList<>(this.host.arguments());
		arguments.addAll(List.of("--server.port=0", "--waybill.processor.journal=" + journal,
				"--waybill.processor.work-time=100ms"));
		try (JavaProcess program = JavaProcess.start(ConsumerApplication.class.getName(), List.of("-Xmx256m"),
				arguments)) {
			program.awaitOutput("Started ", Duration.ofSeconds(60));
			this.outbox.sendMany("m", 20);
			Eventually.within(Duration.ofSeconds(20), () -> Files.readAllLines(journal).size() >= 3);
			program.kill();
		}
		int before = Files.readAllLines(journal).size();
		assertThat(before).isLessThan(20);
		Recorder recorder = new Recorder();
		try (RunningConsumer consumer = RunningConsumer.start(this.host, recorder)) {
			List<String> expected = IntStream.range(0, 20).mapToObj((i) -> "m-" + i).toList();
			Eventually.within(Duration.ofSeconds(20), () -> {
				List<String> all = new ArrayList<>(Files.readAllLines(journal));
				all.addAll(recorder.doneIds());
				return all.containsAll(expected);
			});
			assertThat(recorder.done()).allMatch(ReceivedMessage::redelivered);
			consumer.balanced();
		}
		List<String> processed = new ArrayList<>(Files.readAllLines(journal));
		processed.addAll(recorder.doneIds());
		this.outbox.accountFor(processed);
	}

	private static long count(GetResponse message) {
		Object count = message.getProps().getHeaders().get("x-delivery-count");
		return (count instanceof Number number) ? number.longValue() : 0;
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		while (true) {
			try {
				latch.await();
				return;
			}
			catch (InterruptedException ex) {
				// that is the point
			}
		}
	}

	/** The executable, with a processor that never comes back. */
	static final class StuckProgram {

		public static void main(String[] arguments) {
			new SpringApplicationBuilder(ConsumerApplication.class)
				.initializers((context) -> ((GenericApplicationContext) context).registerBean(MessageProcessor.class,
						() -> (message) -> awaitUninterruptibly(new CountDownLatch(1))))
				.run(arguments);
		}

	}

}
