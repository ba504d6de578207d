package dev.waybill.pair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;

/** Which metrics of ours the alerts of observability/rules read. */
final class AlertRules {

	private static final Pattern NAME = Pattern.compile("\\bwaybill[_:][\\w:]+");

	private final Map<String, List<String>> recorded = new HashMap<>();

	private final Map<String, String> alerts = new TreeMap<>();

	AlertRules() throws IOException {
		Path root = Path.of("..");
		try (Stream<Path> files = Files.list(root.resolve("observability/rules"))) {
			files.map((file) -> YamlFile.read(root.relativize(file).toString())).forEach(this::read);
		}
	}

	private void read(JsonNode file) {
		for (JsonNode group : file.path("groups")) {
			for (JsonNode rule : group.path("rules")) {
				String expression = rule.path("expr").asString();
				if (rule.has("alert")) {
					this.alerts.put(rule.path("alert").asString(), expression);
				}
				else {
					this.recorded.computeIfAbsent(rule.path("record").asString(), (name) -> new ArrayList<>())
						.add(expression);
				}
			}
		}
	}

	/** The metrics that each alert reads, itself or by what is recorded. */
	Map<String, Set<String>> metrics() {
		Map<String, Set<String>> metrics = new TreeMap<>();
		this.alerts.forEach((alert, expression) -> metrics.put(alert, metrics(expression)));
		return metrics;
	}

	private Set<String> metrics(String expression) {
		Set<String> metrics = new TreeSet<>();
		Matcher name = NAME.matcher(expression);
		while (name.find()) {
			if (name.group().contains(":")) {
				this.recorded.getOrDefault(name.group(), List.of()).forEach((more) -> metrics.addAll(metrics(more)));
			}
			else {
				metrics.add(name.group().replaceFirst("_seconds_(bucket|count|sum)$", "_seconds"));
			}
		}
		return metrics;
	}

}
