package dev.waybill.pair;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

import dev.waybill.pair.MetricsReference.Equation;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What can be said of the dashboard without Grafana. */
class DashboardTests {

	private static final String OURS_BESIDE_THE_BROKERS = "Does the broker hold what the ledger calls pending?";

	private final Dashboard dashboard = Dashboard.read();

	private final JsonNode datasource = YamlFile.read("observability/grafana/datasources.yml")
		.path("datasources")
		.path(0);

	@Test
	void everyPanelSaysWhatItShowsAndInWhatUnit() {
		Set<String> titles = new HashSet<>();
		for (JsonNode panel : this.dashboard.panels()) {
			String title = panel.path("title").asString();
			assertThat(titles.add(title)).as(title + " is the title of one panel").isTrue();
			if (!panel.path("type").asString().equals("row")) {
				assertThat(panel.path("description").asString()).as(title).endsWith(".");
				assertThat(panel.path("fieldConfig").path("defaults").path("unit").asString()).as(title).isNotEmpty();
				assertThat(panel.path("targets").isEmpty()).as(title).isFalse();
			}
			if (panel.path("type").asString().equals("heatmap")) {
				assertThat(panel.path("options").path("yAxis").path("unit").asString()).as(title).isEqualTo("s");
			}
		}
	}

	@Test
	void noPanelLiesOnAnother() {
		Map<String, String> cells = new TreeMap<>();
		for (JsonNode panel : this.dashboard.panels()) {
			JsonNode at = panel.path("gridPos");
			for (int x = at.path("x").asInt(); x < at.path("x").asInt() + at.path("w").asInt(); x++) {
				assertThat(x).as(panel.path("title").asString()).isLessThan(24);
				for (int y = at.path("y").asInt(); y < at.path("y").asInt() + at.path("h").asInt(); y++) {
					assertThat(cells.put(x + "/" + y, panel.path("title").asString())).isNull();
				}
			}
		}
		assertThat(cells).isNotEmpty();
	}

	@Test
	void everyQueryGoesToTheDatasourceThatIsProvisioned() {
		String uid = this.datasource.path("uid").asString();
		for (JsonNode panel : this.dashboard.panels()) {
			for (JsonNode target : panel.path("targets")) {
				assertThat(target.path("datasource").path("uid").asString()).isEqualTo(uid);
				assertThat(target.path("expr").asString()).isNotEmpty();
			}
		}
	}

	@Test
	void ratesAreTakenOverTheIntervalAtWhichPrometheusScrapes() {
		assertThat(this.datasource.path("jsonData").path("timeInterval").asString())
			.isEqualTo(YamlFile.read("observability/prometheus.yml").path("global").path("scrape_interval").asString())
			.isNotEmpty();
	}

	@Test
	void composeMountsWhatThereIsWhereGrafanaLooks() {
		JsonNode services = YamlFile.read("docker-compose.yml").path("services");
		Map<String, String> mounts = new TreeMap<>();
		for (JsonNode volume : services.path("grafana").path("volumes")) {
			String[] parts = volume.asString().split(":");
			assertThat(Files.exists(Path.of("..", parts[0]))).as(parts[0]).isTrue();
			assertThat(parts[2]).as(parts[0]).isEqualTo("ro");
			mounts.put(parts[1], parts[0]);
		}
		UnaryOperator<String> source = (target) -> mounts.getOrDefault(target, "nothing");
		String path = YamlFile.read("observability/grafana/providers.yml")
			.path("providers")
			.path(0)
			.path("options")
			.path("path")
			.asString();
		assertThat(source.apply(path)).isEqualTo("./observability/grafana/dashboards");
		assertThat(source.apply("/etc/grafana/provisioning/dashboards/waybill.yml"))
			.isEqualTo("./observability/grafana/providers.yml");
		assertThat(source.apply("/etc/grafana/provisioning/datasources/waybill.yml"))
			.isEqualTo("./observability/grafana/datasources.yml");
		assertThat(this.datasource.path("url").asString()).isEqualTo("http://prometheus:9090");
		assertThat(services.has("prometheus")).isTrue();
		assertThat(services.path("grafana").path("environment").path("GF_USERS_HOME_PAGE").asString())
			.isEqualTo("/d/" + this.dashboard.json().path("uid").asString());
	}

	@Test
	void ourCountsStandBesideTheBrokersAsTheReferenceSays() throws Exception {
		List<Equation> equations = new MetricsReference().equations();
		Equation last = equations.get(equations.size() - 1);
		assertThat(this.dashboard.queries(OURS_BESIDE_THE_BROKERS)).extracting(Dashboard.Query::expression)
			.containsExactly(last.left(), last.right(), "sum(rabbitmq_detailed_queue_messages_ready{queue=\"hello\"})",
					"sum(rabbitmq_detailed_queue_messages_unacked{queue=\"hello\"})");
	}

	@Test
	void everyQuantileShowsTheTracesOfSomeOfItsMessages() {
		List<JsonNode> quantiles = this.dashboard.panels()
			.stream()
			.flatMap((panel) -> panel.path("targets").valueStream())
			.filter((target) -> target.path("expr").asString().contains("histogram_quantile("))
			.toList();
		assertThat(quantiles).isNotEmpty()
			.allSatisfy((target) -> assertThat(target.path("exemplar").asBoolean()).as(target.toString()).isTrue());
	}

}
