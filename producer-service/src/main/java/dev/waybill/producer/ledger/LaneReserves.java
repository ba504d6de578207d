package dev.waybill.producer.ledger;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Decides how many numbers ahead a lane is allowed by the next record. */
final class LaneReserves {

	private final long seconds;

	private final long least;

	/** The highest number, and when, at the record before. */
	private final Map<LaneAccount, long[]> before = new HashMap<>();

	LaneReserves(long seconds, long least) {
		this.seconds = seconds;
		this.least = least;
	}

	/** As many as it gives in that time at its present rate, and a least number. */
	long of(LaneAccount lane, long now) {
		long given = lane.numbers.given;
		long[] last = this.before.put(lane, new long[] { given, now });
		if (last == null || now <= last[1]) {
			return this.least;
		}
		double perNano = (double) (given - last[0]) / (now - last[1]);
		return Math.max(this.least, (long) (perNano * TimeUnit.SECONDS.toNanos(this.seconds)));
	}

	void forget(LaneAccount lane) {
		this.before.remove(lane);
	}

}
