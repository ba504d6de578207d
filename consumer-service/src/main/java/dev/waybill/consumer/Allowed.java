package dev.waybill.consumer;

import java.time.Duration;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationStyle;

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
			throw new InvalidConfigurationPropertyValueException(property, DurationStyle.SIMPLE.print(value),
					"Allowed are " + DurationStyle.SIMPLE.print(least) + " to " + DurationStyle.SIMPLE.print(most)
							+ ".");
		}
	}

}
