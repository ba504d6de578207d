package dev.waybill.pair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.waybill.pair.MetricsReference.Metric;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What can be said of docs/metrics.md without a running service. */
class MetricsReferenceTests {

	private final MetricsReference reference;

	MetricsReferenceTests() throws IOException {
		this.reference = new MetricsReference();
	}

	@Test
	void theUnitIsInTheName() {
		for (Metric metric : metrics()) {
			for (String unit : List.of("seconds", "bytes")) {
				assertThat(metric.name().contains("_" + unit)).as(metric.name() + " in " + metric.unit())
					.isEqualTo(metric.unit().equals(unit));
			}
			assertThat(metric.unit()).as(metric.name()).isNotEmpty();
			assertThat(metric.meaning()).as(metric.name()).isNotEmpty();
		}
	}

	@Test
	void everyEquationIsNamedBesideAMetricAndHasItsExpressions() {
		Set<String> named = new TreeSet<>();
		metrics().forEach((metric) -> named.addAll(metric.equations()));
		assertThat(this.reference.equations()).extracting(MetricsReference.Equation::number)
			.containsExactlyElementsOf(named);
	}

	@Test
	void everyAlertStandsBesideTheMetricsThatItReads() throws IOException {
		Map<String, Set<String>> beside = new TreeMap<>();
		for (Metric metric : metrics()) {
			metric.alerts()
				.forEach((alert) -> beside.computeIfAbsent(alert, (a) -> new TreeSet<>()).add(metric.name()));
		}
		Map<String, Set<String>> alerts = new AlertRules().metrics();
		assertThat(this.reference.alerts()).as("named anywhere").isEqualTo(alerts.keySet());
		alerts.values().removeIf(Set::isEmpty);
		assertThat(beside).containsExactlyInAnyOrderEntriesOf(alerts);
	}

	private List<Metric> metrics() {
		List<Metric> metrics = new ArrayList<>(this.reference.metrics("Producer"));
		metrics.addAll(this.reference.metrics("Consumer"));
		return metrics;
	}

}
