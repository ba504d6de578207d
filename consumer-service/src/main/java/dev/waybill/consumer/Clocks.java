package dev.waybill.consumer;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Reads this machine's clock as the contract wants it. */
final class Clocks {

	private Clocks() {
	}

	/** Microseconds since the epoch. */
	static long micros() {
		Instant now = Instant.now();
		return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(now.getNano());
	}

}
