package dev.waybill.pair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What docs/metrics.md says, read from its tables. */
final class MetricsReference {

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	/** A bar that ends a cell, and not one that is written with a backslash. */
	private static final Pattern BAR = Pattern.compile("(?<!\\\\)\\|");

	private final List<String> lines;

	MetricsReference() throws IOException {
		this.lines = Files.readAllLines(Path.of("..", "docs", "metrics.md"));
	}

	/** The metrics of the section that is named for a service. */
	List<Metric> metrics(String section) {
		return table(section, "metric").stream()
			.map((row) -> new Metric(code(cell(row, "metric")), cell(row, "type"), cell(row, "unit"),
					labels(cell(row, "labels")), cell(row, "meaning"), numbers(cell(row, "in")),
					codes(cell(row, "alert"))))
			.toList();
	}

	/** The upper bounds of each histogram. */
	Map<String, Set<Double>> bounds() {
		Map<String, Set<Double>> bounds = new TreeMap<>();
		for (Map<String, String> row : table("Histograms", "metric")) {
			Set<Double> numbers = Stream.of(cell(row, "upper bounds in seconds, and `+Inf`").split(", "))
				.map(Double::valueOf)
				.collect(Collectors.toCollection(HashSet::new));
			numbers.add(Double.POSITIVE_INFINITY);
			bounds.put(code(cell(row, "metric")), numbers);
		}
		return bounds;
	}

	/**
	 * The beginnings of the names that others chose, for what one service exports by this
	 * Java.
	 */
	List<String> prefixes(String service) {
		return table("By Spring and Micrometer", "prefix").stream()
			.filter((row) -> Stream.of(cell(row, "services").split(", ")).anyMatch((part) -> isMeant(part, service)))
			.map((row) -> code(cell(row, "prefix")))
			.toList();
	}

	/** Such as {@code both}, {@code consumer}, {@code producer below Java 21}. */
	private static boolean isMeant(String part, String service) {
		String[] words = part.split(" below Java ");
		return Set.of("both", service).contains(words[0])
				&& (words.length == 1 || Runtime.version().feature() < Integer.parseInt(words[1]));
	}

	/** The equations, for Prometheus. */
	List<Equation> equations() {
		return table("Equations", "left").stream()
			.map((row) -> new Equation(cell(row, ""), code(cell(row, "left")), code(cell(row, "right"))))
			.toList();
	}

	/** All alerts that are named anywhere in it. */
	Set<String> alerts() {
		return codes(String.join("\n", this.lines)).stream()
			.filter((code) -> code.matches("Waybill[A-Z]\\w+"))
			.collect(Collectors.toSet());
	}

	/** The rows of the table under this heading that has this column, by column. */
	private List<Map<String, String>> table(String heading, String column) {
		List<Map<String, String>> rows = new ArrayList<>();
		List<String> columns = List.of();
		boolean within = false;
		for (String line : this.lines) {
			if (line.startsWith("## ")) {
				within = line.equals("## " + heading);
			}
			if (!within || !line.startsWith("|")) {
				columns = List.of();
			}
			else if (columns.isEmpty()) {
				columns = cells(line);
			}
			else if (columns.contains(column) && !line.startsWith("|---")) {
				rows.add(row(columns, cells(line)));
			}
		}
		if (rows.isEmpty()) {
			throw new IllegalStateException("docs/metrics.md has no table of " + column + " under " + heading);
		}
		return rows;
	}

	private static Map<String, String> row(List<String> columns, List<String> cells) {
		if (cells.size() != columns.size()) {
			throw new IllegalStateException("not " + columns.size() + " cells: " + cells);
		}
		Map<String, String> row = new LinkedHashMap<>();
		for (int i = 0; i < cells.size(); i++) {
			row.put(columns.get(i), cells.get(i));
		}
		return row;
	}

	private static List<String> cells(String line) {
		return Stream.of(BAR.split(line.substring(1), -1))
			.map((cell) -> cell.strip().replace("\\|", "|"))
			.limit(BAR.matcher(line.substring(1)).results().count())
			.toList();
	}

	private static String cell(Map<String, String> row, String column) {
		String cell = row.get(column);
		if (cell == null) {
			throw new IllegalStateException("no " + column + " in " + row);
		}
		return cell;
	}

	private static String code(String cell) {
		List<String> codes = codes(cell);
		if (codes.size() != 1) {
			throw new IllegalStateException("not one piece of code: " + cell);
		}
		return codes.get(0);
	}

	private static List<String> codes(String cell) {
		return CODE.matcher(cell).results().map((MatchResult result) -> result.group(1)).toList();
	}

	/**
	 * Such as {@code `outcome`: `accepted`, `rejected`}, with a semicolon between two.
	 */
	private static Map<String, List<String>> labels(String cell) {
		Map<String, List<String>> labels = new TreeMap<>();
		for (String label : cell.split(";")) {
			List<String> codes = codes(label);
			if (!codes.isEmpty()) {
				labels.put(codes.get(0), codes.subList(1, codes.size()));
			}
		}
		return labels;
	}

	private static List<String> numbers(String cell) {
		return cell.isEmpty() ? List.of() : List.of(cell.split(", "));
	}

	/** A metric, as a row of the table has it. */
	record Metric(String name, String type, String unit, Map<String, List<String>> labels, String meaning,
			List<String> equations, List<String> alerts) {

		/** Each combination of the labels' values. */
		Set<Map<String, String>> combinations() {
			Set<Map<String, String>> all = Set.of(Map.of());
			for (Map.Entry<String, List<String>> label : this.labels.entrySet()) {
				Set<Map<String, String>> more = new HashSet<>();
				for (Map<String, String> before : all) {
					for (String value : label.getValue()) {
						Map<String, String> with = new TreeMap<>(before);
						with.put(label.getKey(), value);
						more.add(with);
					}
				}
				all = more;
			}
			return all;
		}

	}

	/** Two expressions of PromQL that have the same value. */
	record Equation(String number, String left, String right) {
	}

}
