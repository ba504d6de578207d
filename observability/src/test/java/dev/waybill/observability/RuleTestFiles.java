package dev.waybill.observability;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import com.jayway.jsonpath.DocumentContext;

/** What promtool's tests in {@code tests/} expect. */
final class RuleTestFiles {

	private RuleTestFiles() {
	}

	static List<Expectation> expectations() {
		return YamlFiles.of("tests").stream().flatMap(RuleTestFiles::expectations).toList();
	}

	/** The expressions whose value is expected. */
	static List<String> expressions() {
		return YamlFiles.of("tests")
			.stream()
			.map(YamlFiles::read)
			.flatMap((file) -> YamlFiles.each(file, "$.tests[*].promql_expr_test[*]"))
			.<String>map((test) -> test.read("$.expr"))
			.toList();
	}

	private static Stream<Expectation> expectations(Path path) {
		DocumentContext file = YamlFiles.read(path);
		Duration interval = duration(file.read("$.evaluation_interval"));
		return YamlFiles.each(file, "$.tests[*]")
			.flatMap((test) -> YamlFiles.each(test, "$.alert_rule_test[*]")
				.map((expected) -> new Expectation(path + ": " + test.read("$.name"), interval,
						expected.read("$.alertname"), duration(expected.read("$.eval_time")),
						YamlFiles.each(expected, "$.exp_alerts[*]").findAny().isPresent())));
	}

	/** As promtool reads them, up to hours. */
	private static Duration duration(String text) {
		return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
	}

	/**
	 * Whether an alert fires at some time.
	 *
	 * @param test in which test
	 * @param interval the time between two evaluations in it
	 * @param alert which alert
	 * @param at when
	 * @param fires whether it does
	 */
	record Expectation(String test, Duration interval, String alert, Duration at, boolean fires) {

		/**
		 * Whether it is the last moment at which the alert of the other does not fire.
		 */
		boolean isJustBefore(Expectation other) {
			return !this.fires && other.fires && this.test.equals(other.test) && this.alert.equals(other.alert)
					&& this.at.plus(this.interval).equals(other.at);
		}

	}

}
