package dev.waybill.load;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;

/** Latencies from the intended send time, in nanoseconds, by outcome. */
final class Latencies {

	private static final long MOST = TimeUnit.HOURS.toNanos(24);

	private final Map<Outcome, Histogram> byOutcome = new EnumMap<>(Outcome.class);

	/** Of the last second or so. */
	private final Histogram recent = histogram();

	Latencies() {
		for (Outcome outcome : Outcome.values()) {
			this.byOutcome.put(outcome, histogram());
		}
	}

	private static Histogram histogram() {
		Histogram histogram = new Histogram(1000, MOST, 3);
		histogram.setAutoResize(true);
		return histogram;
	}

	void record(Outcome outcome, long nanos) {
		long bounded = Math.max(0, Math.min(nanos, MOST));
		of(outcome).recordValue(bounded);
		this.recent.recordValue(bounded);
	}

	Histogram of(Outcome outcome) {
		return Objects.requireNonNull(this.byOutcome.get(outcome));
	}

	/** All of them, whatever the answer. */
	Histogram all() {
		Histogram all = histogram();
		this.byOutcome.values().forEach(all::add);
		return all;
	}

	/** The percentile of what was recorded since the last {@link #forgetRecent()}. */
	double recentMillis(double percentile) {
		return millis(this.recent, percentile);
	}

	void forgetRecent() {
		this.recent.reset();
	}

	static double millis(Histogram histogram, double percentile) {
		return histogram.getValueAtPercentile(percentile) / 1e6;
	}

}
