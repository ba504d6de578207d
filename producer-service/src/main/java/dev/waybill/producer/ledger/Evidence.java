package dev.waybill.producer.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import dev.waybill.contract.SequenceRuns;

/**
 * How near the pending numbers of one source are to being taken for lost: by markers that
 * came back, never by age.
 * <p>
 * Step 0 is a number that was accepted. A marker published after that proves that it has
 * been handed out, and so does a mention: step 1. Each further step is a marker that was
 * published a patience or more after the step before. At {@value #VERDICT} it is lost.
 */
final class Evidence {

	static final int VERDICT = 3;

	/** What comes within one part of a patience is taken together, as the last of it. */
	private static final int PARTS = 10;

	private final long patience;

	private final long part;

	/** A number's step is that of the newest of these that it is in. */
	private final List<Cohort> cohorts = new ArrayList<>(4);

	/**
	 * Makes one without numbers.
	 * @param patience the patience, in nanoseconds
	 */
	Evidence(long patience) {
		this.patience = patience;
		this.part = Math.max(1, patience / PARTS);
	}

	/** Times are nanoseconds on a clock that starts at 0 with the ledger. */
	void accepted(long number, long now) {
		cohort(0, roundedUp(now)).numbers.add(number);
	}

	void accepted(SequenceRuns numbers, long now) {
		cohort(0, roundedUp(now)).numbers.addAll(numbers);
	}

	void mentioned(long first, long last, long now) {
		cohort(1, roundedUp(now)).numbers.add(first, last);
	}

	/**
	 * Takes the next step for all whose time has come.
	 * @param published when the marker was published
	 * @param now when it came back
	 * @param pending the pending numbers of the source
	 * @param mayConclude false while a receipt is missing
	 * @return those of which the verdict is due
	 */
	SequenceRuns markerReturned(long published, long now, SequenceRuns pending, boolean mayConclude) {
		List<Cohort> newestFirst = new ArrayList<>(this.cohorts);
		newestFirst.sort(Comparator.<Cohort>comparingLong((cohort) -> cohort.since)
			.thenComparingInt((cohort) -> cohort.step)
			.reversed());
		this.cohorts.clear();
		SequenceRuns due = new SequenceRuns();
		SequenceRuns seen = new SequenceRuns();
		List<Cohort> advanced = new ArrayList<>();
		for (Cohort cohort : newestFirst) {
			SequenceRuns numbers = cohort.numbers.intersection(pending);
			numbers.removeAll(seen);
			seen.addAll(numbers);
			long since = cohort.since + ((cohort.step > 0) ? this.patience : 0);
			if (numbers.isEmpty()) {
				continue;
			}
			if (published < since) {
				this.cohorts.add(new Cohort(cohort.step, cohort.since, numbers));
			}
			else if (cohort.step + 1 >= VERDICT && mayConclude) {
				due.addAll(numbers);
			}
			else {
				advanced.add(new Cohort(cohort.step + 1, now, numbers));
			}
		}
		advanced.forEach((cohort) -> cohort(cohort.step, cohort.since).numbers.addAll(cohort.numbers));
		return due;
	}

	/** Lets go of what is pending no more. */
	void prune(SequenceRuns pending) {
		if (pending.isEmpty()) {
			this.cohorts.clear();
			return;
		}
		this.cohorts
			.replaceAll((cohort) -> new Cohort(cohort.step, cohort.since, cohort.numbers.intersection(pending)));
		this.cohorts.removeIf((cohort) -> cohort.numbers.isEmpty());
	}

	void clear() {
		this.cohorts.clear();
	}

	/** The heap that this takes, in bytes, about. */
	long bytes() {
		return this.cohorts.stream().mapToLong((cohort) -> 32 + cohort.numbers.bytes()).sum();
	}

	/** Later is the safe side: it can only delay a verdict. */
	private long roundedUp(long now) {
		return (now / this.part + 1) * this.part;
	}

	private Cohort cohort(int step, long since) {
		for (int i = this.cohorts.size() - 1; i >= 0; i--) {
			Cohort cohort = this.cohorts.get(i);
			if (cohort.step == step && cohort.since == since) {
				return cohort;
			}
		}
		Cohort fresh = new Cohort(step, since, new SequenceRuns());
		this.cohorts.add(fresh);
		return fresh;
	}

	/** Numbers that are equally near. */
	private record Cohort(int step, long since, SequenceRuns numbers) {
	}

}
