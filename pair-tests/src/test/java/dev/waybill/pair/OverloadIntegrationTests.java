package dev.waybill.pair;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

import dev.waybill.pair.OpenLoop.Answered;
import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A producer that is offered three times what it can publish goes on publishing that
 * much, refuses the rest at once, and is as before when the rush is over.
 */
@NeedsRabbitMq
@Tag("long")
@Isolated
class OverloadIntegrationTests {

	private static final List<String> JVM = List.of("-Xmx256m");

	/** With a window of 100 on one lane, some 2,000 a second. */
	private static final Duration CONFIRMS_LATER = Duration.ofMillis(50);

	private static final int OFFERED = 6_000;

	private static final Duration RUSH = Duration.ofSeconds(60);

	/** When the heap is looked at, in the rush; each look stops the service. */
	private static final List<Duration> LOOKS = List.of(Duration.ofSeconds(5), Duration.ofSeconds(30),
			Duration.ofSeconds(56));

	/** From the end of a look on, until what it has held up is through. */
	private static final Duration AFTERMATH = Duration.ofSeconds(2);

	/** Those who wait for a confirm, those whom the queue holds, and more. */
	private static final int CLIENTS = 950;

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private final List<Look> looks = new CopyOnWriteArrayList<>();

	@Test
	void publishesWhatItCanRefusesTheRestAtOnceAndRecovers() throws Exception {
		try (BrokerLine line = new BrokerLine(this.host); Fleet fleet = new Fleet(this.host, JVM)) {
			line.delay(CONFIRMS_LATER);
			Service producer = fleet
				.producer("p", "--spring.rabbitmq.addresses=" + line.uri(), "--waybill.publish.lanes=1",
						"--waybill.publish.window=100")
				.awaitReady();
			Service consumer = fleet.consumer().awaitReady();
			Load load = new Load(producer);
			try (OpenLoop clients = new OpenLoop(load, producer.uri("/messages"), CLIENTS);
					Books books = new Books("publishesWhatItCanRefusesTheRestAtOnceAndRecovers", fleet, load)) {
				clients.sendInTurn(300, Duration.ofSeconds(5));
				clients.answers();
				clients.sendInTurn(300, Duration.ofSeconds(10));
				double knee = perSecond(clients.answers());
				assertThat(knee).as("knee, of which the delay allows 2,000 and a busy machine less")
					.isBetween(1_000.0, 2_000.0);
				int calmRate = (int) (0.7 * knee);
				clients.send(calmRate, Duration.ofSeconds(10));
				List<Answered> calm = clients.answers();
				assertThat(calm).as("calm").allMatch(OverloadIntegrationTests::isAccepted);

				CompletableFuture<Void> looking = lookAtTheHeap(producer.process().pid());
				clients.send(OFFERED, RUSH);
				long end = System.nanoTime();
				clients.send(calmRate, Duration.ofSeconds(15));
				List<Answered> all = clients.answers();
				List<Answered> rush = all.stream().filter((one) -> one.due() < end).toList();
				List<Answered> after = all.stream().filter((one) -> one.due() >= end).toList();
				looking.join();

				Rush seen = measured(rush);
				double usual = percentile(calm, 99, Answered::millis);
				double recovered = recovery(after, end, usual);
				books.outside(String.format(
						"knee=%.0f/s goodput=%.0f/s refusals p50=%.1f ms p99=%.1f ms (since due %.1f ms) calm p99=%.1f ms"
								+ " recovered after %.1f s heap=%s MB",
						knee, seen.goodput(), percentile(seen.refusals(), 50, Answered::millis),
						percentile(seen.refusals(), 99, Answered::millis),
						percentile(seen.refusals(), 99, Answered::millisSinceDue), usual, recovered,
						this.looks.stream().map((look) -> look.bytes() >> 20).toList()));
				System.out.println(books.line());
				assertThat(rush).allMatch((one) -> isAccepted(one) || one.status() == 429);
				assertThat(seen.goodput()).as("goodput").isGreaterThanOrEqualTo(0.9 * knee);
				assertThat(percentile(seen.refusals(), 99, Answered::millis)).as("refusals' p99 in ms")
					.isLessThanOrEqualTo(50);
				assertThat(recovered).as("recovery in s").isLessThanOrEqualTo(5);
				assertThat(this.looks.get(2).bytes()).as("heap in use at " + this.looks)
					.isLessThan(this.looks.get(0).bytes() + (16 << 20));
				books.untilSettled(Duration.ofSeconds(30)).agree();
				assertThat(load.unknown).isEmpty();
				assertThat(producer.output() + consumer.output()).doesNotContain("OutOfMemoryError");
			}
		}
	}

	private CompletableFuture<Void> lookAtTheHeap(long pid) {
		long begin = System.nanoTime();
		return CompletableFuture.runAsync(() -> {
			for (Duration at : LOOKS) {
				try {
					TimeUnit.NANOSECONDS.sleep(begin + at.toNanos() - System.nanoTime());
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				long from = System.nanoTime();
				long bytes = LiveHeap.bytes(pid);
				this.looks.add(new Look(from, System.nanoTime(), bytes));
			}
		});
	}

	/** The rush without its first two seconds, and without what a look has held up. */
	private Rush measured(List<Answered> rush) {
		long first = rush.stream().mapToLong(Answered::due).min().orElseThrow();
		List<Look> held = new ArrayList<>(this.looks);
		held.add(new Look(first, first, 0));
		long span = RUSH.toNanos() - held.stream().mapToLong(Look::held).sum();
		List<Answered> refusals = rush.stream()
			.filter((one) -> one.status() == 429 && held.stream().noneMatch((look) -> look.holds(one.due())))
			.toList();
		long accepted = rush.stream()
			.filter((one) -> isAccepted(one) && one.at() < first + RUSH.toNanos())
			.filter((one) -> held.stream().noneMatch((look) -> look.holds(one.at())))
			.count();
		return new Rush(accepted * 1e9 / span, refusals);
	}

	/** The seconds after the rush until nothing is refused or unusually late any more. */
	private static double recovery(List<Answered> after, long end, double usual) {
		Predicate<Answered> unusual = (one) -> !isAccepted(one) || one.millis() > 2 * usual + 50;
		// One in a hundred is beyond the percentile at any time.
		List<Answered> late = after.stream().filter(unusual).toList();
		int spared = after.size() / 100;
		return late.stream()
			.mapToLong((one) -> one.due() - end)
			.sorted()
			.limit(Math.max(0, late.size() - spared))
			.max()
			.orElse(0) / 1e9;
	}

	private static boolean isAccepted(Answered answered) {
		return answered.status() == 202;
	}

	/** From the first sent to the last answered. */
	private static double perSecond(List<Answered> answers) {
		long first = answers.stream().mapToLong(Answered::due).min().orElseThrow();
		long last = answers.stream().mapToLong(Answered::at).max().orElseThrow();
		return answers.stream().filter(OverloadIntegrationTests::isAccepted).count() * 1e9 / (last - first);
	}

	private static double percentile(List<Answered> answers, int percent, ToDoubleFunction<Answered> millis) {
		double[] sorted = answers.stream().mapToDouble(millis).sorted().toArray();
		assertThat(sorted).isNotEmpty();
		return sorted[(sorted.length - 1) * percent / 100];
	}

	/** A look at the heap: how long it took, and what was in use. */
	private record Look(long from, long to, long bytes) {

		/** Whether what happened then was held up by it. */
		boolean holds(long time) {
			return time >= this.from && time < this.to + AFTERMATH.toNanos();
		}

		long held() {
			return this.to + AFTERMATH.toNanos() - this.from;
		}

	}

	/** What was measured of the rush. */
	private record Rush(double goodput, List<Answered> refusals) {
	}

}
