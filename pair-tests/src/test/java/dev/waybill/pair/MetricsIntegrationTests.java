package dev.waybill.pair;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.waybill.pair.MetricsReference.Equation;
import dev.waybill.pair.MetricsReference.Metric;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What both services export is what docs/metrics.md has, neither more nor less, from the
 * start; its equations hold, and the dashboard can draw it: one pair for all, since each
 * needs a Prometheus that has seen the same traffic.
 */
@NeedsRabbitMq
@TestInstance(Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class MetricsIntegrationTests {

	/** The broker counts its queues anew every five seconds. */
	private static final Duration COUNTED = Duration.ofSeconds(15);

	private static final int HELD = 30;

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private final Pair pair = new Pair(this.host);

	private final Traffic traffic = new Traffic(this.host, this.pair);

	private final Map<String, Exposition> atTheStart = new HashMap<>();

	private final Map<String, Exposition> later = new HashMap<>();

	private final Instant begin = Instant.now();

	private final MetricsReference reference;

	private @Nullable JavaProcess consumer;

	private @Nullable Prometheus prometheus;

	MetricsIntegrationTests() throws IOException {
		this.reference = new MetricsReference();
	}

	@BeforeAll
	void scrapeBeforeAndAfterTraffic() throws Exception {
		this.consumer = this.pair.startProducer().startConsumer();
		this.atTheStart.put("Producer", this.pair.producerMetrics());
		this.atTheStart.put("Consumer", this.pair.consumerMetrics());
		this.prometheus = new Prometheus(this.host, this.pair).awaitTargets();
		this.traffic.send();
		this.later.put("Producer", this.pair.producerMetrics());
		this.later.put("Consumer", this.pair.consumerMetrics());
		this.prometheus.awaitScrape();
	}

	@AfterAll
	void end() {
		if (this.prometheus != null) {
			this.prometheus.close();
		}
		this.pair.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Producer", "Consumer" })
	void exportsWhatTheReferenceHasAndNothingElse(String service) {
		Exposition exported = exported(this.later, service);
		Map<String, String> actual = new TreeMap<>();
		exported.ours()
			.forEach((name) -> actual.put(name, exported.types().get(name) + " " + sorted(exported.labels(name))));
		Map<String, String> described = new TreeMap<>();
		for (Metric metric : this.reference.metrics(service)) {
			String labels = sorted(metric.combinations());
			described.put(metric.name(), metric.type() + " " + labels);
			if (metric.type().equals("histogram")) {
				described.put(metric.name() + "_max", "gauge " + labels);
			}
		}
		assertThat(actual).containsExactlyInAnyOrderEntriesOf(described);
	}

	@Test
	void eachHistogramHasTheBoundsOfTheReference() {
		Map<String, Set<Double>> actual = new TreeMap<>();
		for (Exposition exported : this.later.values()) {
			exported.ours()
				.stream()
				.filter((name) -> "histogram".equals(exported.types().get(name)))
				.forEach((name) -> actual.put(name, exported.bounds(name)));
		}
		assertThat(actual).containsExactlyInAnyOrderEntriesOf(this.reference.bounds());
	}

	@ParameterizedTest
	@ValueSource(strings = { "Producer", "Consumer" })
	void whatOthersExportBeginsAsTheReferenceSays(String service) {
		Set<String> names = exported(this.later, service).others();
		List<String> prefixes = this.reference.prefixes(service.toLowerCase(Locale.ROOT));
		assertThat(names).as("in the reference")
			.allMatch((name) -> prefixes.stream().filter(name::startsWith).count() == 1);
		assertThat(prefixes).as("exported").allMatch((prefix) -> names.stream().anyMatch((n) -> n.startsWith(prefix)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Producer", "Consumer" })
	void everySeriesIsThereFromTheStart(String service) {
		Map<String, Double> first = exported(this.atTheStart, service).series();
		assertThat(first.keySet()).isEqualTo(exported(this.later, service).series().keySet());
		Map<String, Double> counted = new TreeMap<>(first);
		counted.keySet().removeIf((series) -> !series.matches(".*(_total|_count|_sum|_bucket)\\{.*"));
		// A lane has started, or nobody could have been ready.
		counted.remove("waybill_lane_starts_total{}");
		assertThat(counted).isNotEmpty().allSatisfy((series, value) -> assertThat(value).as(series).isZero());
	}

	@Test
	void everyQueryOfEveryPanelHasAnAnswer() {
		Eventually.within(COUNTED, () -> !prometheus().query("rabbitmq_detailed_queue_messages").isEmpty());
		List<Dashboard.Query> queries = Dashboard.read().queries();
		assertThat(queries).isNotEmpty();
		List<String> wrong = new ArrayList<>();
		for (Dashboard.Query query : queries) {
			try {
				if (!prometheus().canDraw(query, this.begin)) {
					wrong.add(query + " has no answer");
				}
			}
			catch (IllegalStateException ex) {
				wrong.add(query + ": " + ex.getMessage());
			}
		}
		assertThat(wrong).isEmpty();
	}

	@Test
	void theBrokerHoldsWhatIsAcceptedAndNeitherProcessedNorDeadLettered() throws Exception {
		assertBrokerHolds(0);
		assertAllHold();

		JavaProcess running = Objects.requireNonNull(this.consumer);
		running.terminate();
		running.awaitExit(Duration.ofSeconds(40));
		this.traffic.accept(HELD);
		assertBrokerHolds(HELD);

		this.pair.startConsumer();
		Eventually.within(Duration.ofSeconds(30),
				() -> this.pair.producerMetric("waybill_ledger_messages{state=\"pending\"}") == 0);
		assertBrokerHolds(0);
		assertAllHold();
	}

	/**
	 * When the broker has counted anew, and for two scrapes from then on; the last
	 * equation is the one about it.
	 */
	private void assertBrokerHolds(int count) {
		List<Equation> equations = this.reference.equations();
		Equation last = equations.get(equations.size() - 1);
		Map<String, Double> held = Map.of("{}", (double) count);
		Eventually.within(COUNTED, () -> prometheus().values(last.right()).equals(held));
		for (int scrape = 0; scrape < 2; scrape++) {
			prometheus().awaitScrape();
			assertThat(prometheus().values(last.left())).as(last.left()).isEqualTo(held);
			assertThat(prometheus().values(last.right())).as(last.right()).isEqualTo(held);
		}
	}

	private void assertAllHold() {
		assertThat(this.reference.equations()).hasSizeGreaterThan(1).allSatisfy((equation) -> {
			Map<String, Double> left = prometheus().values(equation.left());
			assertThat(left).as(equation.toString()).isNotEmpty();
			assertThat(prometheus().values(equation.right())).as(equation.toString()).isEqualTo(left);
		});
	}

	private Prometheus prometheus() {
		return Objects.requireNonNull(this.prometheus);
	}

	private static Exposition exported(Map<String, Exposition> scrapes, String service) {
		return Objects.requireNonNull(scrapes.get(service), service);
	}

	private static String sorted(Set<Map<String, String>> labels) {
		return labels.stream().map((one) -> new TreeMap<>(one).toString()).sorted().collect(Collectors.joining(" "));
	}

}
