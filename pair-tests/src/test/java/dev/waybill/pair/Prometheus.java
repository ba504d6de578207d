package dev.waybill.pair;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.Http;
import dev.waybill.testing.TestPorts;
import dev.waybill.testing.VirtualHost;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The Prometheus of docker-compose.yml with observability/prometheus.yml, but for the
 * addresses, which are those of a pair and its broker, and for the interval: each second.
 */
final class Prometheus implements AutoCloseable {

	static final Duration SCRAPE_INTERVAL = Duration.ofSeconds(1);

	private static final Path ROOT = Path.of("..");

	private static final Duration START = Duration.ofSeconds(60);

	private static final JsonMapper JSON = new JsonMapper();

	private final int port = TestPorts.free();

	private final GenericContainer<?> container;

	Prometheus(VirtualHost host, Pair pair) {
		this.container = new GenericContainer<>(DockerImageName.parse(image()))
			// where it reaches what listens on the loopback address only
			.withNetworkMode("host")
			.withCommand("--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus",
					"--web.listen-address=127.0.0.1:" + this.port)
			.withCopyToContainer(Transferable.of(configuration(host, pair)), "/etc/prometheus/prometheus.yml")
			.withCopyFileToContainer(MountableFile.forHostPath(ROOT.resolve("observability/rules")),
					"/etc/prometheus/rules")
			.waitingFor(Wait.forLogMessage(".*Server is ready to receive web requests.*", 1).withStartupTimeout(START));
		this.container.start();
	}

	private static String image() {
		return YamlFile.read("docker-compose.yml").path("services").path("prometheus").path("image").asString();
	}

	/** As JSON, which is YAML too. */
	private static String configuration(VirtualHost host, Pair pair) {
		String broker = "127.0.0.1:" + host.broker().metricsPort();
		Map<String, String> targets = Map.of("producer-service", "127.0.0.1:" + pair.producerPort(), "consumer-service",
				"127.0.0.1:" + pair.consumerPort(), "rabbitmq", broker, "rabbitmq-queues", broker);
		JsonNode configuration = YamlFile.read("observability/prometheus.yml");
		for (String interval : new String[] { "scrape_interval", "evaluation_interval" }) {
			((ObjectNode) configuration.path("global")).put(interval, SCRAPE_INTERVAL.toSeconds() + "s");
		}
		for (JsonNode job : configuration.path("scrape_configs")) {
			String name = job.path("job_name").asString();
			String target = targets.get(name);
			if (target == null) {
				throw new IllegalStateException("what is the job " + name + " in this test?");
			}
			((ObjectNode) job).remove("dns_sd_configs");
			((ObjectNode) job).putArray("static_configs").addObject().putArray("targets").add(target);
			if (job.path("params").has("vhost")) {
				((ObjectNode) job.path("params")).putArray("vhost").add(host.name());
			}
		}
		return configuration.toPrettyString();
	}

	/** Waits until all its targets are up. */
	Prometheus awaitTargets() {
		Eventually.within(START, () -> {
			JsonNode targets = get("/api/v1/targets?state=active").path("activeTargets");
			return targets.size() == 4
					&& targets.valueStream().allMatch((target) -> target.path("health").asString().equals("up"));
		});
		return this;
	}

	/**
	 * Waits until it has asked each of them once more, whether there is an answer or not.
	 */
	void awaitScrape() {
		double now = System.currentTimeMillis() / 1e3;
		Eventually.within(START, () -> !query("min(timestamp(up)) > " + now).isEmpty());
	}

	/** What an expression is now. */
	JsonNode query(String expression) {
		return get("/api/v1/query?query=" + encode(expression)).path("result");
	}

	/** The same, as numbers by labels. */
	Map<String, Double> values(String expression) {
		Map<String, Double> values = new TreeMap<>();
		for (JsonNode series : query(expression)) {
			values.put(series.path("metric").toString(), Exposition.number(series.path("value").path(1).asString()));
		}
		return values;
	}

	/** Whether a panel's query has a number, at some scrape since then. */
	boolean canDraw(Dashboard.Query query, Instant since) {
		if (query.instant()) {
			return query(query.forPrometheus()).valueStream().anyMatch((series) -> isNumber(series.path("value")));
		}
		return queryRange(query.forPrometheus(), since).valueStream()
			.flatMap((series) -> series.path("values").valueStream())
			.anyMatch(Prometheus::isNumber);
	}

	private static boolean isNumber(JsonNode sample) {
		return Double.isFinite(Exposition.number(sample.path(1).asString()));
	}

	private JsonNode queryRange(String expression, Instant since) {
		return get("/api/v1/query_range?query=" + encode(expression) + "&start=" + since + "&end=" + Instant.now()
				+ "&step=" + SCRAPE_INTERVAL.toSeconds())
			.path("result");
	}

	private JsonNode get(String path) {
		JsonNode answer = JSON
			.readTree(Http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + path))
				.timeout(Duration.ofSeconds(10))
				.build()).body());
		if (!answer.path("status").asString().equals("success")) {
			throw new IllegalStateException(answer.path("error").asString());
		}
		return answer.path("data");
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		this.container.stop();
	}

}
