package dev.waybill.load;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Decides which rate is the knee: the highest one tried at which the p99 from the
 * intended send time is at most a limit, 99 % were sent in time and 99 % were accepted.
 * Rates rise by half until one breaks; then the gap is halved until it is a twentieth of
 * the knee.
 */
final class Knee {

	private static final int MOST_RATE = 1_000_000;

	private final Load load;

	private final Duration step;

	private final Duration limit;

	private final Consumer<String> progress;

	Knee(Load load, LoadOptions options, Consumer<String> progress) {
		this.load = load;
		this.step = options.duration();
		this.limit = options.kneeP99();
		this.progress = progress;
	}

	/**
	 * Finds it.
	 * @param first the first rate tried
	 * @return the stretch at the knee, or at the first rate where that breaks already
	 */
	Found find(int first) {
		this.progress.accept("Warming up at " + first + "/s, which is not judged");
		this.load.atRate(first, this.step, (line) -> {
		});
		Stretch good = null;
		int holds = 0;
		int breaks = MOST_RATE + 1;
		int rate = first;
		while (true) {
			Stretch stretch = at(rate);
			boolean held = holds(stretch);
			if (!held) {
				stretch = at(rate);
				held = holds(stretch);
			}
			if (held) {
				good = stretch;
				holds = rate;
			}
			else if (good == null) {
				return new Found(0, stretch);
			}
			else {
				breaks = rate;
			}
			rate = (breaks > MOST_RATE) ? Math.min(MOST_RATE, holds + Math.max(1, holds / 2)) : (holds + breaks) / 2;
			if (rate == holds || breaks - holds <= holds / 20) {
				return new Found(holds, good);
			}
		}
	}

	private Stretch at(int rate) {
		Stretch stretch = this.load.atRate(rate, this.step, (line) -> {
		});
		this.progress.accept(String.format(Locale.ROOT, "%d/s: sent %.0f/s, accepted %.0f/s, p99 %.2f ms: %s", rate,
				stretch.sentRate(), stretch.acceptedRate(), Latencies.millis(stretch.latencies().all(), 99),
				holds(stretch) ? "holds" : "broken"));
		return stretch;
	}

	private boolean holds(Stretch stretch) {
		return stretch.latencies().all().getValueAtPercentile(99) <= this.limit.toNanos() && !stretch.isTooSlow()
				&& stretch.count(Outcome.ACCEPTED) >= 0.99 * stretch.offered();
	}

	/**
	 * What was found.
	 *
	 * @param rate messages per second; 0 where the first rate was too high
	 * @param stretch what happened at it
	 */
	record Found(int rate, Stretch stretch) {
	}

}
