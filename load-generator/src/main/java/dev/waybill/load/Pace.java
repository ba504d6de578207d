package dev.waybill.load;

import java.time.Duration;

/**
 * Decides when each request of a stretch of load should be sent; all times as of
 * {@link System#nanoTime()}.
 *
 * @param first the number of the first request
 * @param requests how many there are
 * @param interval nanoseconds from one to the next; 0 where each is sent when a
 * connection is free
 * @param start when the first should be sent
 * @param end when load ends
 */
record Pace(long first, long requests, double interval, long start, long end) {

	private static final long GRACE = Duration.ofMillis(250).toNanos();

	/**
	 * At a rate.
	 * @param rate messages per second
	 * @param batch messages of a request
	 */
	static Pace open(long first, int rate, int batch, Duration duration, long start) {
		double interval = 1e9 * batch / rate;
		// Whole requests, the last one possibly with a part beyond the end.
		long requests = Math.max(1, (long) Math.ceil(duration.toNanos() / interval - 1e-6));
		return new Pace(first, requests, interval, start, start + duration.toNanos());
	}

	/** As fast as the connections allow. */
	static Pace closed(long first, Duration duration, long start) {
		return new Pace(first, Long.MAX_VALUE - first, 0, start, start + duration.toNanos());
	}

	boolean isOpen() {
		return this.interval > 0;
	}

	/** When a request should be sent; where closed, when it is. */
	long intended(long request, long now) {
		return isOpen() ? this.start + (long) ((request - this.first) * this.interval) : now;
	}

	/** The number behind that of the last request which should have been sent by now. */
	long due(long now) {
		if (now < this.start) {
			return this.first;
		}
		if (!isOpen()) {
			return (now < this.end) ? Long.MAX_VALUE : this.first;
		}
		long due = Math.min(this.requests, (long) ((now - this.start) / this.interval) + 1);
		return this.first + due;
	}

	/**
	 * Whether a request that is sent now is sent while load is offered: a short pause of
	 * this machine at the very end makes no rate slow.
	 */
	boolean isInTime(long now) {
		return now - this.end <= GRACE;
	}

	/** The number behind that of the last request. */
	long last() {
		return this.first + this.requests;
	}

}
