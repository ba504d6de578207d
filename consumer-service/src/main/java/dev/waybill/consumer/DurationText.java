package dev.waybill.consumer;

import java.time.Duration;

/** Writes a duration as people do, and as properties take it: 30s, 250ms, 10m. */
final class DurationText {

	private DurationText() {
	}

	static String of(Duration duration) {
		long millis = duration.toMillis();
		if (millis % 1000 != 0) {
			return millis + "ms";
		}
		long seconds = millis / 1000;
		if (seconds % 60 != 0 || seconds == 0) {
			return seconds + "s";
		}
		return (seconds % 3600 != 0) ? seconds / 60 + "m" : seconds / 3600 + "h";
	}

}
