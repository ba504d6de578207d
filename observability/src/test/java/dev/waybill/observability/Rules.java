package dev.waybill.observability;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

import com.jayway.jsonpath.DocumentContext;
import org.jspecify.annotations.Nullable;

/** What the files in {@code rules/} say. */
final class Rules {

	private Rules() {
	}

	static List<Alert> alerts() {
		return rules().filter((rule) -> rule.read("$.alert") != null)
			.map((rule) -> new Alert(rule.read("$.alert"), rule.read("$.for") != null, rule.read("$.labels.severity"),
					rule.read("$.annotations.summary"), rule.read("$.annotations.runbook")))
			.toList();
	}

	/** The names of recorded series, each as often as there are rules for it. */
	static List<String> records() {
		return rules().filter((rule) -> rule.read("$.record") != null)
			.<String>map((rule) -> rule.read("$.record"))
			.toList();
	}

	private static Stream<DocumentContext> rules() {
		return YamlFiles.of("rules")
			.stream()
			.map(YamlFiles::read)
			.map((file) -> YamlFiles.each(file, "$.groups[*].rules[*]").toList())
			.flatMap(Collection::stream);
	}

	/**
	 * An alert.
	 *
	 * @param name its name
	 * @param waits whether it has a time to wait before it fires
	 * @param severity how soon somebody must look
	 * @param summary what it means
	 * @param runbook where it is explained
	 */
	record Alert(String name, boolean waits, @Nullable String severity, @Nullable String summary,
			@Nullable String runbook) {
	}

}
