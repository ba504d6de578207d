package dev.waybill.producer;

import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * How long accepted messages took since it was last asked; for the live page, since the
 * exported histogram has few boundaries and no end of a second.
 */
final class RecentLatency {

	/** A publish is settled by its deadline, of which nobody makes an hour. */
	private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(1);

	/** 1 % is less than a chart shows. */
	private static final int DIGITS = 2;

	private final Recorder recorder = new Recorder(LONGEST_MICROS, DIGITS);

	private @Nullable Histogram last;

	void record(long nanos) {
		this.recorder.recordValue(Math.min(LONGEST_MICROS, TimeUnit.NANOSECONDS.toMicros(nanos)));
	}

	/** The percentiles since the last call; null where nothing was accepted. */
	synchronized @Nullable Percentiles take() {
		Histogram recent = this.recorder.getIntervalHistogram(this.last);
		this.last = recent;
		if (recent.getTotalCount() == 0) {
			return null;
		}
		return new Percentiles(millis(recent, 50), millis(recent, 95), millis(recent, 99));
	}

	private static double millis(Histogram histogram, double percentile) {
		return histogram.getValueAtPercentile(percentile) / 1e3;
	}

	/**
	 * Percentiles of a second or so.
	 *
	 * @param p50 in milliseconds
	 * @param p95 in milliseconds
	 * @param p99 in milliseconds
	 */
	record Percentiles(double p50, double p95, double p99) {
	}

}
