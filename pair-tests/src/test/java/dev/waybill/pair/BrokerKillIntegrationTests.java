package dev.waybill.pair;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The main promise: what was answered 202 is there after the broker was killed. */
@NeedsRabbitMq
class BrokerKillIntegrationTests {

	private static final List<String> QUEUES = List.of("hello", "hello.dead", "hello.dlq");

	@Test
	void losesNothingAcceptedWhenTheBrokerIsKilledUnderLoad() throws Exception {
		try (RabbitBroker broker = RabbitBroker.start()) {
			VirtualHost host = broker.newVirtualHost();
			try (Pair pair = new Pair(host).startProducer()) {
				JavaProcess consumer = pair.startConsumer();
				Load load = new Load(pair.messages());
				AtomicBoolean goOn = new AtomicBoolean(true);
				CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> run(load, goOn));
				Eventually.within(Duration.ofSeconds(20), () -> load.accepted.size() > 1000);
				broker.kill();
				Eventually.within(Duration.ofSeconds(20), () -> load.rejected.size() > 200);
				broker.startAgain();
				int before = load.accepted.size();
				Eventually.within(Duration.ofSeconds(20), () -> load.accepted.size() > before + 1000);
				goOn.set(false);
				sending.join();
				settle(pair, host);
				consumer.terminate();
				consumer.awaitExit(Duration.ofSeconds(40));
				check(pair, host, load);
				assertThat(load.slowestMillis).as("ms of the slowest answer").hasValueLessThan(6_500);
			}
		}
	}

	private static void run(Load load, AtomicBoolean goOn) {
		try {
			load.run("k", 500, goOn::get);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void settle(Pair pair, VirtualHost host) {
		Eventually.within(Duration.ofSeconds(60), () -> host.messages("hello") == 0);
		Eventually.within(Duration.ofSeconds(10), () -> pair.consumerMetric("waybill_in_hand") == 0);
	}

	private static void check(Pair pair, VirtualHost host, Load load) {
		// Nothing is read any more, so what the broker counts is what can be drained.
		long queued = QUEUES.stream().mapToLong(host::messages).sum();
		List<String> drained = QUEUES.stream().flatMap((queue) -> host.drainIds(queue).stream()).toList();
		assertThat(drained).hasSize((int) queued);
		Set<String> found = new HashSet<>(pair.journal());
		found.addAll(drained);
		Set<String> missing = new HashSet<>(load.accepted);
		missing.removeAll(found);
		assertThat(missing).as("accepted, and nowhere").isEmpty();
		Set<String> unasked = new HashSet<>(found);
		unasked.removeAll(load.accepted);
		unasked.removeAll(load.unknown);
		assertThat(unasked).as("found, but neither accepted nor unknown").isEmpty();
		assertThat(pair.producerMetric("waybill_publish_attempts_total"))
			.isEqualTo(pair.producerMetric("waybill_publish_seconds_count"))
			.isEqualTo(load.accepted.size() + load.rejected.size() + load.unknown.size());
	}

}
