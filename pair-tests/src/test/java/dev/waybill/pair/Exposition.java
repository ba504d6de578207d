package dev.waybill.pair;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a service exports at one time, in Prometheus' text format.
 *
 * @param types the metrics and their types
 * @param samples all values
 */
record Exposition(SortedMap<String, String> types, List<Sample> samples) {

	private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

	static Exposition of(String text) {
		SortedMap<String, String> types = new TreeMap<>();
		List<Sample> samples = new ArrayList<>();
		for (String line : text.lines().toList()) {
			if (line.startsWith("# TYPE ")) {
				String[] words = line.split(" ");
				types.put(words[2], words[3]);
			}
			else if (!line.startsWith("#") && !line.isBlank()) {
				samples.add(sample(line));
			}
		}
		return new Exposition(types, samples);
	}

	private static Sample sample(String line) {
		Matcher matcher = SAMPLE.matcher(line);
		if (!matcher.matches()) {
			throw new IllegalStateException("no sample: " + line);
		}
		SortedMap<String, String> labels = new TreeMap<>();
		if (matcher.group(2) != null) {
			Matcher label = LABEL.matcher(matcher.group(2));
			while (label.find()) {
				labels.put(label.group(1), label.group(2));
			}
		}
		return new Sample(matcher.group(1), labels, number(matcher.group(3)));
	}

	static double number(String text) {
		return Double.parseDouble(text.replace("Inf", "Infinity"));
	}

	/** The metrics that are ours. */
	Set<String> ours() {
		return this.types.keySet().stream().filter(Exposition::isOurs).collect(Collectors.toCollection(TreeSet::new));
	}

	/** The metrics that are not. */
	Set<String> others() {
		Set<String> others = new TreeSet<>(this.types.keySet());
		others.removeAll(ours());
		return others;
	}

	private static boolean isOurs(String name) {
		return name.startsWith("waybill_");
	}

	/** The labels that a metric is exported with, but for the bounds of buckets. */
	Set<Map<String, String>> labels(String metric) {
		return samplesOf(metric).stream()
			.map(Sample::labels)
			.filter((labels) -> !labels.containsKey("le"))
			.collect(Collectors.toSet());
	}

	/** The bounds of the buckets of a histogram. */
	Set<Double> bounds(String metric) {
		return samplesOf(metric).stream()
			.flatMap((sample) -> Stream.ofNullable(sample.labels().get("le")))
			.map(Exposition::number)
			.collect(Collectors.toSet());
	}

	private List<Sample> samplesOf(String metric) {
		Set<String> names = "histogram".equals(this.types.get(metric))
				? Set.of(metric + "_bucket", metric + "_count", metric + "_sum") : Set.of(metric);
		return this.samples.stream().filter((sample) -> names.contains(sample.name())).toList();
	}

	/** The series that are ours, each by name and labels, and their values. */
	SortedMap<String, Double> series() {
		SortedMap<String, Double> series = new TreeMap<>();
		this.samples.stream()
			.filter((sample) -> isOurs(sample.name()))
			.forEach((sample) -> series.put(sample.name() + sample.labels(), sample.value()));
		return series;
	}

	/** One value. */
	record Sample(String name, SortedMap<String, String> labels, double value) {
	}

}
