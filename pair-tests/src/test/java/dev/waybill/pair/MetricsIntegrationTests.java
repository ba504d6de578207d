package dev.waybill.pair;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.waybill.pair.MetricsReference.Metric;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
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
 * What both services export is what docs/metrics.md has, neither more nor less, and from
 * the start.
 */
@NeedsRabbitMq
@TestInstance(Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class MetricsIntegrationTests {

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private final Pair pair = new Pair(this.host);

	private final Map<String, Exposition> atTheStart = new HashMap<>();

	private final Map<String, Exposition> later = new HashMap<>();

	private final MetricsReference reference;

	MetricsIntegrationTests() throws IOException {
		this.reference = new MetricsReference();
	}

	@BeforeAll
	void scrapeBeforeAndAfterTraffic() throws Exception {
		this.pair.startProducer().startConsumer();
		this.atTheStart.put("Producer", this.pair.producerMetrics());
		this.atTheStart.put("Consumer", this.pair.consumerMetrics());
		new Traffic(this.host, this.pair).send();
		this.later.put("Producer", this.pair.producerMetrics());
		this.later.put("Consumer", this.pair.consumerMetrics());
	}

	@AfterAll
	void end() {
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

	private static Exposition exported(Map<String, Exposition> scrapes, String service) {
		return Objects.requireNonNull(scrapes.get(service), service);
	}

	private static String sorted(Set<Map<String, String>> labels) {
		return labels.stream().map((one) -> new TreeMap<>(one).toString()).sorted().collect(Collectors.joining(" "));
	}

}
