package dev.waybill.load;

import java.util.ArrayList;
import java.util.List;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a producer's ledger says at one time.
 *
 * @param instance the producer's name
 * @param since when the ledger began
 * @param totals the counts
 * @param lost the lost numbers, each run as {@code source/first-last}
 */
record Ledger(String instance, String since, LedgerTotals totals, List<String> lost) {

	private static final JsonMapper JSON = new JsonMapper();

	/**
	 * Reads the body of {@code /actuator/ledger}.
	 * @throws IllegalArgumentException if it is none
	 */
	static Ledger parse(String body) {
		try {
			JsonNode json = JSON.readTree(body);
			List<String> lost = new ArrayList<>();
			for (JsonNode source : json.path("sources")) {
				for (JsonNode run : source.path("lost")) {
					lost.add("%s/%d-%d".formatted(source.path("source").asString(), run.path(0).asLong(),
							run.path(1).asLong()));
				}
			}
			return new Ledger(json.required("instance").asString(), json.required("since").asString(),
					totals(json.required("totals")), lost);
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException(ex.getOriginalMessage(), ex);
		}
	}

	private static LedgerTotals totals(JsonNode json) {
		return new LedgerTotals(total(json, "accepted"), total(json, "inFlight"), total(json, "recovered"),
				total(json, "resumed"), total(json, "processed"), total(json, "deadLettered"), total(json, "pending"),
				total(json, "lost"), total(json, "unaudited"), total(json, "duplicates"), total(json, "unexpected"));
	}

	private static long total(JsonNode json, String name) {
		JsonNode total = json.required(name);
		if (!total.isIntegralNumber()) {
			throw new IllegalArgumentException("no number " + name);
		}
		return total.asLong();
	}

}
