package dev.waybill.pair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The dashboard of observability/grafana, as Grafana reads it.
 *
 * @param json the file
 */
record Dashboard(JsonNode json) {

	static Dashboard read() {
		try {
			return new Dashboard(new JsonMapper()
				.readTree(Files.readString(Path.of("..", "observability", "grafana", "dashboards", "waybill.json"))));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** All panels, rows too, and what is in these. */
	List<JsonNode> panels() {
		List<JsonNode> panels = new ArrayList<>();
		addPanels(this.json, panels);
		return panels;
	}

	private static void addPanels(JsonNode parent, List<JsonNode> panels) {
		for (JsonNode panel : parent.path("panels")) {
			panels.add(panel);
			addPanels(panel, panels);
		}
	}

	/** Each query of each panel. */
	List<Query> queries() {
		return panels().stream().flatMap((panel) -> queries(panel).stream()).toList();
	}

	/** The queries of the panel with this title. */
	List<Query> queries(String title) {
		return queries().stream().filter((query) -> query.panel().equals(title)).toList();
	}

	private static List<Query> queries(JsonNode panel) {
		return panel.path("targets")
			.valueStream()
			.map((target) -> new Query(panel.path("title").asString(), target.path("refId").asString(),
					target.path("expr").asString(), target.path("instant").asBoolean()))
			.toList();
	}

	/**
	 * A query of a panel.
	 *
	 * @param panel its title
	 * @param letter which of the panel's
	 * @param expression PromQL with Grafana's variables
	 * @param instant whether it is asked for now, not for a stretch of time
	 */
	record Query(String panel, String letter, String expression, boolean instant) {

		/**
		 * With a value that Grafana gives its variable: four scrapes at least, and more
		 * for a longer stretch. Two that a busy machine has missed must not hide what was
		 * counted between them.
		 */
		String forPrometheus() {
			String expression = this.expression.replace("$__rate_interval",
					15 * Prometheus.SCRAPE_INTERVAL.toSeconds() + "s");
			if (expression.contains("$")) {
				throw new IllegalStateException("which variable is this? " + this);
			}
			return expression;
		}

	}

}
