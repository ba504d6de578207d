package dev.waybill.pair;

import java.time.Duration;
import java.util.Locale;

import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import static org.assertj.core.api.Assertions.assertThat;

/** What live pages cost the producer while nothing is sent. */
@NeedsRabbitMq
@Tag("long")
@Isolated
class LivePageCostIntegrationTests {

	private static final int PAGES = 10;

	private static final int TURNS = 5;

	private static final Duration TURN = Duration.ofSeconds(10);

	private static final Duration CLOSING = Duration.ofSeconds(2);

	@Test
	void tenOpenPagesCostLessThanAHundredthOfACore() throws Exception {
		try (Pair pair = new Pair(RabbitBroker.shared().newVirtualHost()).startProducer()) {
			// What the first pages have compiled is there for all.
			withPages(pair);
			Duration with = Duration.ZERO;
			Duration without = Duration.ZERO;
			for (int turn = 0; turn < TURNS; turn++) {
				with = with.plus(withPages(pair));
				Thread.sleep(CLOSING.toMillis());
				without = without.plus(spent(pair));
			}
			double cores = (double) (with.toMillis() - without.toMillis()) / (TURNS * TURN.toMillis());
			System.out.printf(Locale.ROOT,
					"Ten live pages cost %.2f %% of a core: in %d s %d ms of CPU with them, %d ms without%n",
					100 * cores, TURNS * TURN.toSeconds(), with.toMillis(), without.toMillis());
			assertThat(cores).isLessThan(0.01);
		}
	}

	/** With their opening, and each told its state every second. */
	private static Duration withPages(Pair pair) throws InterruptedException {
		try (LivePages pages = new LivePages(pair.messages())) {
			Duration before = pair.producerCpuTime();
			pages.open(PAGES);
			Thread.sleep(TURN.toMillis());
			Duration spent = pair.producerCpuTime().minus(before);
			assertThat(pages.told()).isGreaterThanOrEqualTo(PAGES * (TURN.toSeconds() - 1));
			return spent;
		}
	}

	private static Duration spent(Pair pair) throws InterruptedException {
		Duration before = pair.producerCpuTime();
		Thread.sleep(TURN.toMillis());
		return pair.producerCpuTime().minus(before);
	}

}
