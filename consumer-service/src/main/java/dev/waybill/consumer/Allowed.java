package dev.waybill.consumer;

import java.time.Duration;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Refuses a setting outside its bounds, naming property, value and what is allowed. */
final class Allowed {

	private Allowed() {
	}

	static void between(String property, int value, int least, int most) {
		if (value < least || value > most) {
			throw new InvalidConfigurationPropertyValueException(property, value,
					"Allowed are " + least + " to " + most + ".");
		}
	}

	static void between(String property, Duration value, Duration least, Duration most) {
		if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
			throw new InvalidConfigurationPropertyValueException(property, DurationText.of(value),
					"Allowed are " + DurationText.of(least) + " to " + DurationText.of(most) + ".");
		}
	}

}
