package dev.waybill.pair;

import java.util.concurrent.ThreadLocalRandom;

import dev.waybill.testing.NeedsRabbitMq;
import org.junit.jupiter.api.Tag;

/**
 * A test that breaks something under load; small in a build, as large as it is meant to
 * be in {@code ./mvnw verify -Pfaults}.
 */
@NeedsRabbitMq
@Tag("fault")
abstract class FaultTest {

	/** Whether this is the full run. */
	static final boolean FULL = Boolean.getBoolean("waybill.test.faults.full");

	/** One value for a build, another for the full run. */
	static int scaled(int small, int full) {
		return FULL ? full : small;
	}

	/** What chance takes its choices from; {@code waybill.test.seed} repeats a run. */
	static long seed() {
		return Long.getLong("waybill.test.seed", ThreadLocalRandom.current().nextInt(1_000_000));
	}

}
