package dev.waybill.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

import org.awaitility.Awaitility;

/** Waits for what must come true. */
public final class Eventually {

	private Eventually() {
	}

	/** Waits until the condition holds; what it throws meanwhile counts as not yet. */
	public static void within(Duration limit, Callable<Boolean> condition) {
		Awaitility.await().atMost(limit).pollInterval(Duration.ofMillis(50)).ignoreExceptions().until(condition);
	}

}
