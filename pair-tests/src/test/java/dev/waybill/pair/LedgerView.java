package dev.waybill.pair;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code /actuator/ledger} says at one time. */
record LedgerView(JsonNode json) {

	private static final JsonMapper JSON = new JsonMapper();

	static LedgerView of(String body) {
		return new LedgerView(JSON.readTree(body));
	}

	long total(String name) {
		JsonNode value = this.json.path("totals").path(name);
		if (!value.isNumber()) {
			throw new IllegalStateException("no total " + name + " in " + this.json);
		}
		return value.asLong();
	}

	/** Whether the bound of the tail is known. */
	boolean hasTailBound() {
		return this.json.path("totals").path("tailBound").isNumber();
	}

	/** Accepted, one way or another. */
	long entered() {
		return total("accepted") + total("recovered") + total("resumed");
	}

	/** The numbers of one kind, such as {@code lost}, each as {@code source/number}. */
	Set<String> numbers(String kind) {
		Set<String> numbers = new TreeSet<>();
		for (JsonNode source : this.json.path("sources")) {
			for (JsonNode run : source.path(kind)) {
				for (long n = run.get(0).asLong(); n <= run.get(1).asLong(); n++) {
					numbers.add(source.path("source").asString() + "/" + n);
				}
			}
		}
		return numbers;
	}

	/** The identities that do not hold; empty, always. */
	List<String> broken() {
		List<String> broken = new ArrayList<>();
		if (total("attempted") != sum("accepted", "rejected", "unknown", "inFlight")) {
			broken.add("attempted is not accepted + rejected + unknown + in flight: " + summary());
		}
		if (entered() != sum("processed", "deadLettered", "pending", "lost", "unaudited")) {
			broken.add("accepted + recovered + resumed is not the sum of what became of them: " + summary());
		}
		return broken;
	}

	private long sum(String... names) {
		return Stream.of(names).mapToLong(this::total).sum();
	}

	/** All totals that are not 0, in a line. */
	String summary() {
		return this.json.path("totals")
			.properties()
			.stream()
			.filter((total) -> !total.getValue().isNumber() || total.getValue().asLong() != 0)
			.map((total) -> total.getKey() + "=" + total.getValue().asString())
			.collect(Collectors.joining(" "));
	}

}
