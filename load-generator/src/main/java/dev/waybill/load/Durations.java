package dev.waybill.load;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides how durations are written: {@code 500ms}, {@code 60s}, {@code 2m}, {@code 1h}.
 */
final class Durations {

	private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

	private Durations() {
	}

	/**
	 * Reads one.
	 * @throws IllegalArgumentException if it is written otherwise
	 */
	static Duration parse(String text) {
		Matcher matcher = FORM.matcher(text);
		if (!matcher.matches()) {
			throw new IllegalArgumentException(text);
		}
		long number = Long.parseLong(matcher.group(1));
		return switch (matcher.group(2)) {
			case "ms" -> Duration.ofMillis(number);
			case "s" -> Duration.ofSeconds(number);
			case "m" -> Duration.ofMinutes(number);
			default -> Duration.ofHours(number);
		};
	}

	static String text(Duration duration) {
		long millis = duration.toMillis();
		if (millis % 1000 != 0) {
			return millis + "ms";
		}
		return (millis % 3_600_000 == 0 && millis > 0) ? millis / 3_600_000 + "h" : millis / 1000 + "s";
	}

}
