package dev.waybill.local;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One reading of {@code /actuator/prometheus}.
 *
 * @param text what was read
 */
record Scrape(String text) {

	/** The sum of the series whose name and labels begin so. */
	long sum(String series) {
		double[] values = this.text.lines()
			.filter((line) -> line.startsWith(series))
			.filter((line) -> series.contains("{") || " {".indexOf(line.charAt(series.length())) >= 0)
			.mapToDouble((line) -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
			.toArray();
		assertThat(values).as(series).isNotEmpty();
		double sum = 0;
		for (double value : values) {
			sum += value;
		}
		return Math.round(sum);
	}

	long attemptsAnswered(String outcome) {
		return sum("waybill_publish_seconds_count{outcome=\"" + outcome + "\"");
	}

	/** What the producer states of its counters. */
	void verifyProducer() {
		assertThat(sum("waybill_publish_attempts_total")).as("attempts")
			.isEqualTo(attemptsAnswered("accepted") + attemptsAnswered("rejected") + attemptsAnswered("unknown")
					+ sum("waybill_publish_in_flight"));
		assertThat(sum("waybill_publish_problems_total")).as("problems")
			.isEqualTo(attemptsAnswered("rejected") + attemptsAnswered("unknown"));
	}

	/** What the consumer states of its counters. */
	void verifyConsumer() {
		assertThat(sum("waybill_deliveries_total")).as("deliveries")
			.isEqualTo(sum("waybill_settled_total") + sum("waybill_in_hand"));
	}

}
