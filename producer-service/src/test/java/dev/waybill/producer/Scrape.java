package dev.waybill.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** One reading of {@code /actuator/prometheus}. */
final class Scrape {

	private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:]+)(\\{(.*)\\})? (\\S+)");

	private final List<Matcher> samples = new ArrayList<>();

	Scrape(String text) {
		for (String line : text.split("\n")) {
			Matcher sample = SAMPLE.matcher(line);
			if (!line.startsWith("#") && sample.matches()) {
				this.samples.add(sample);
			}
		}
	}

	/** The sum of the samples of a name which have these labels, each {@code k="v"}. */
	double sum(String name, String... labels) {
		double sum = 0;
		int found = 0;
		for (Matcher sample : this.samples) {
			if (sample.group(1).equals(name) && hasAll(sample.group(3), labels)) {
				sum += Double.parseDouble(sample.group(4));
				found++;
			}
		}
		assertThat(found).as("samples of %s with %s", name, List.of(labels)).isPositive();
		return sum;
	}

	long outcome(Outcome outcome) {
		return (long) sum("waybill_publish_seconds_count", "outcome=\"" + outcome.text() + "\"");
	}

	long problems(Reason reason) {
		return (long) sum("waybill_publish_problems_total", "reason=\"" + reason.text() + "\"");
	}

	long attempts() {
		return (long) sum("waybill_publish_attempts_total");
	}

	long inFlight() {
		return (long) sum("waybill_publish_in_flight");
	}

	long laneStarts() {
		return (long) sum("waybill_lane_starts_total");
	}

	/** The ledger's count of a state. */
	long ledger(String state) {
		return (long) sum("waybill_ledger_messages", "state=\"" + state + "\"");
	}

	/** The equations that ProducerMetrics states, and the ledger's identities. */
	void verify() {
		assertThat(ledger("attempted")).as("attempted")
			.isEqualTo(ledger("accepted") + ledger("rejected") + ledger("unknown") + ledger("in_flight"));
		assertThat(ledger("accepted") + ledger("recovered") + ledger("resumed")).as("accepted and found again")
			.isEqualTo(ledger("processed") + ledger("dead_lettered") + ledger("pending") + ledger("lost")
					+ ledger("unaudited"));
		assertThat(attempts()).as("attempts")
			.isEqualTo(outcome(Outcome.ACCEPTED) + outcome(Outcome.REJECTED) + outcome(Outcome.UNKNOWN) + inFlight());
		for (Outcome outcome : List.of(Outcome.REJECTED, Outcome.UNKNOWN)) {
			assertThat(sum("waybill_publish_problems_total", "outcome=\"" + outcome.text() + "\""))
				.as("problems of %s", outcome)
				.isEqualTo(outcome(outcome));
		}
	}

	private static boolean hasAll(String labels, String[] wanted) {
		for (String label : wanted) {
			if (labels == null || !labels.contains(label)) {
				return false;
			}
		}
		return true;
	}

}
