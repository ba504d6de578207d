package dev.waybill.pair;

import java.time.Duration;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import static org.assertj.core.api.Assertions.assertThat;

/** Draining is the way out of an alarm, and the accounts are complete after it. */
@NeedsRabbitMq
@Tag("long")
@Isolated
class AlarmIntegrationTests {

	private static final int WAITING = 50_000;

	private static final int UNPROCESSABLE = WAITING / 1_000;

	private final RabbitBroker broker = RabbitBroker.shared();

	private final VirtualHost host = this.broker.newVirtualHost();

	@Test
	void emptiesTheQueueInADiskAlarmAndCompletesTheLedgerAfterIt() throws Exception {
		try (Fleet fleet = new Fleet(this.host)) {
			Service producer = fleet.producer("p");
			Load load = new Load(producer, (id) -> id.endsWith("250") ? "unprocessable" : "message");
			fleet.ready();
			try (Books books = new Books("emptiesTheQueueInADiskAlarmAndCompletesTheLedgerAfterIt", fleet, load)) {
				load.send("usual", WAITING);
				double usual = drain(fleet);
				books.untilSettled(Duration.ofSeconds(60)).agree();
				fleet.consumers.forEach(Service::terminate);
				load.send("more", WAITING);
				this.broker.diskAlarm(true);
				double alarmed;
				try {
					alarmed = drain(fleet);
					assertThat(ready()).as("left in the queue in the alarm").isZero();
					assertThat(books.sum("processed")).as("no receipt can come through").isLessThan(2L * WAITING - 200);
				}
				finally {
					this.broker.diskAlarm(false);
				}
				books.outside(String.format("usual=%.0f/s in the alarm=%.0f/s", usual, alarmed))
					.untilSettled(Duration.ofSeconds(60))
					.agree();
				assertThat(books.deadLettered()).hasSize(2 * UNPROCESSABLE);
				assertThat(alarmed).isGreaterThan(usual / 2);
			}
		}
	}

	/** Two new consumers: how many they process each second, when they have got going. */
	private double drain(Fleet fleet) throws InterruptedException {
		int before = fleet.journal().size();
		fleet.scripted();
		fleet.scripted();
		awaitProcessed(fleet, before + WAITING / 10);
		long begin = System.nanoTime();
		int first = fleet.journal().size();
		awaitProcessed(fleet, before + WAITING - UNPROCESSABLE);
		double rate = (fleet.journal().size() - first) * 1e9 / (System.nanoTime() - begin);
		Eventually.within(Duration.ofSeconds(30), () -> ready() == 0);
		return rate;
	}

	private static void awaitProcessed(Fleet fleet, int count) throws InterruptedException {
		long limit = System.nanoTime() + Duration.ofSeconds(90).toNanos();
		while (fleet.journal().size() < count) {
			assertThat(System.nanoTime()).as("processed " + fleet.journal().size() + " of " + count).isLessThan(limit);
			Thread.sleep(100);
		}
	}

	private long ready() {
		return this.host.onChannel((channel) -> channel.messageCount("hello"));
	}

}
