package dev.waybill.producer.ledger;

import java.util.function.LongConsumer;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.SequenceRuns;
import dev.waybill.contract.Waybill;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one source, and where each stands on the ladder pending, dead-lettered,
 * processed; guarded by the ledger's lock.
 * <p>
 * Long because the one rule, that a number is in one set of each kind at a time, is kept
 * by all of its methods together. Once sealed, only what is not processed is kept.
 */
final class SourceAccount {

	/** For a source of this life, which has no tail beyond a checkpoint. */
	static final long NO_TAIL = Long.MAX_VALUE;

	final long id;

	final Evidence evidence;

	/** The highest number that was given. */
	long given;

	/** The highest number that may be given, in the newest record for the file. */
	long reserved;

	/** Numbers beyond this were given after the last checkpoint before a kill. */
	long tailFrom = NO_TAIL;

	/** What was published up to here had a receipt gap after it. */
	long gappedUpTo;

	boolean ended;

	boolean sealed;

	/** Whether the file has another state of it. */
	boolean changed = true;

	SequenceRuns inFlight = new SequenceRuns();

	SequenceRuns rejected = new SequenceRuns();

	/** Once sealed, only those of which no receipt came. */
	SequenceRuns unknown = new SequenceRuns();

	/** Accepted, and nothing is known beyond that. */
	SequenceRuns pending = new SequenceRuns();

	/** Empty once sealed: then what is in no other set is processed. */
	SequenceRuns processed = new SequenceRuns();

	SequenceRuns deadLettered = new SequenceRuns();

	SequenceRuns lost = new SequenceRuns();

	SequenceRuns unaudited = new SequenceRuns();

	/** Of the tail, those of which no receipt came. */
	SequenceRuns quietTail = new SequenceRuns();

	SourceAccount(long id, Evidence evidence) {
		this.id = id;
		this.evidence = evidence;
	}

	@Nullable Outcome outcomeOrNull(long number) {
		return (number < 1 || number > this.given) ? null : outcome(number);
	}

	Outcome outcome(long number) {
		if (this.inFlight.contains(number)) {
			return Outcome.IN_FLIGHT;
		}
		if (this.rejected.contains(number)) {
			return Outcome.REJECTED;
		}
		if (this.unknown.contains(number)) {
			return Outcome.UNKNOWN;
		}
		return (number > this.tailFrom) ? Outcome.TAIL : Outcome.ACCEPTED;
	}

	Rung rung(long number) {
		if (this.deadLettered.contains(number)) {
			return Rung.DEAD_LETTERED;
		}
		if (!this.sealed) {
			return this.processed.contains(number) ? Rung.PROCESSED : Rung.NONE;
		}
		boolean silent = this.rejected.contains(number) || this.unknown.contains(number)
				|| this.quietTail.contains(number) || this.lost.contains(number) || this.unaudited.contains(number);
		return silent ? Rung.NONE : Rung.PROCESSED;
	}

	/** Gives the next number, which is in flight. */
	long next(Tally tally) {
		long number = ++this.given;
		this.inFlight.add(number);
		this.changed = true;
		tally.attempted++;
		tally.inFlight++;
		return number;
	}

	/** The broker's word, or that there was none in time; also a later, other word. */
	void settle(long number, Outcome outcome, Tally tally, long now) {
		boolean first = this.inFlight.contains(number);
		if (first && outcome == Outcome.ACCEPTED && !this.processed.contains(number)
				&& !this.deadLettered.contains(number)) {
			accept(number, tally, now);
			return;
		}
		if (number < 1 || number > this.given || this.sealed || (!first && outcome(number) == outcome)) {
			return;
		}
		if (outcome == Outcome.REJECTED && rung(number) != Rung.NONE) {
			tally.unexpected = Tally.add(tally.unexpected, 1);
		}
		change(number, tally, now, () -> {
			this.inFlight.remove(number);
			this.rejected.remove(number);
			this.unknown.remove(number);
			if (outcome == Outcome.REJECTED) {
				this.rejected.add(number);
				this.processed.remove(number);
				this.deadLettered.remove(number);
			}
			else if (outcome == Outcome.UNKNOWN) {
				this.unknown.add(number);
			}
		});
	}

	/** The way of nearly all. */
	private void accept(long number, Tally tally, long now) {
		this.inFlight.remove(number);
		this.pending.add(number);
		this.evidence.accepted(number, now);
		this.changed = true;
		tally.inFlight--;
		tally.accepted++;
		tally.pending++;
	}

	/** All that is in flight becomes unknown, and no more numbers are given. */
	void end(Tally tally, long now) {
		each(this.inFlight.copy(), (number) -> settle(number, Outcome.UNKNOWN, tally, now));
		this.ended = true;
		this.changed = true;
		if (this.tailFrom == NO_TAIL) {
			this.reserved = this.given;
		}
	}

	/** What a receipt says of numbers of this source. */
	void named(Kind kind, long first, long last, Tally tally, long now) {
		if (this.tailFrom != NO_TAIL && last > this.given) {
			extendTail(Math.min(last, this.reserved));
		}
		long to = Math.min(last, this.given);
		if (last > Math.max(to, first - 1)) {
			tally.unexpected = Tally.add(tally.unexpected, last - Math.max(to, first - 1));
		}
		if (to < first) {
			return;
		}
		if (!this.rejected.isEmpty()) {
			tally.unexpected = Tally.add(tally.unexpected, this.rejected.count(first, to));
		}
		if (kind == Kind.HELD) {
			mention(first, to, now);
			return;
		}
		countDuplicates(kind, first, to, tally);
		Rung rung = (kind == Kind.DEAD_LETTERED) ? Rung.DEAD_LETTERED : Rung.PROCESSED;
		long length = to - first + 1;
		long moved = this.pending.isEmpty() ? 0 : this.pending.count(first, to);
		if (moved > 0) {
			climbFromPending(rung, first, to, moved, tally);
		}
		if (moved < length) {
			climbFromElsewhere(rung, first, to, tally, now);
		}
	}

	private void extendTail(long to) {
		if (to > this.given) {
			this.quietTail.add(this.given + 1, to);
			this.given = to;
			this.changed = true;
		}
	}

	/** Says only: not lost; so it counts for what could be taken for lost. */
	private void mention(long first, long to, long now) {
		if (this.sealed || this.pending.isEmpty()) {
			return;
		}
		if (this.pending.count(first, to) == to - first + 1) {
			this.evidence.mentioned(first, to, now);
		}
		else {
			within(this.pending, first, to).forEachRun((from, until) -> {
				this.evidence.mentioned(from, until, now);
				return true;
			});
		}
	}

	private void countDuplicates(Kind kind, long first, long to, Tally tally) {
		long length = to - first + 1 - this.rejected.count(first, to);
		if (kind == Kind.DUPLICATE) {
			tally.duplicates = Tally.add(tally.duplicates, length);
		}
		else if (kind == Kind.PROCESSED) {
			long known = this.sealed ? length - silent(first, to) : this.processed.count(first, to);
			tally.duplicates = Tally.add(tally.duplicates, known);
		}
	}

	/** Of a sealed source: those that are not processed, but for the rejected. */
	private long silent(long first, long to) {
		return this.unknown.count(first, to) + this.quietTail.count(first, to) + this.lost.count(first, to)
				+ this.unaudited.count(first, to) + this.deadLettered.count(first, to);
	}

	/** All at once, since this is where nearly all numbers come from. */
	private void climbFromPending(Rung rung, long first, long to, long count, Tally tally) {
		SequenceRuns target = (rung == Rung.PROCESSED) ? this.processed : this.deadLettered;
		if (count == to - first + 1) {
			target.add(first, to);
		}
		else {
			target.addAll(within(this.pending, first, to));
		}
		this.pending.remove(first, to);
		this.changed = true;
		tally.pending -= count;
		if (rung == Rung.PROCESSED) {
			tally.processed += count;
		}
		else {
			tally.deadLettered += count;
		}
	}

	private void climbFromElsewhere(Rung rung, long first, long to, Tally tally, long now) {
		if (!this.quietTail.isEmpty()) {
			climbFromTail(rung, first, to, tally);
		}
		for (SequenceRuns from : new SequenceRuns[] { this.inFlight, this.unknown, this.lost, this.unaudited,
				this.deadLettered }) {
			if (!from.isEmpty() && from.count(first, to) > 0) {
				each(within(from, first, to), (number) -> climb(number, rung, tally, now));
			}
		}
	}

	/** All at once, since a tail is as long as a receipt says it is. */
	private void climbFromTail(Rung rung, long first, long to, Tally tally) {
		long count = this.quietTail.count(first, to);
		if (count == 0) {
			return;
		}
		SequenceRuns found = within(this.quietTail, first, to);
		this.quietTail.removeAll(found);
		this.changed = true;
		tally.resumed += count;
		if (rung == Rung.DEAD_LETTERED) {
			this.deadLettered.addAll(found);
			tally.deadLettered += count;
		}
		else {
			if (!this.sealed) {
				this.processed.addAll(found);
			}
			tally.processed += count;
		}
	}

	private void climb(long number, Rung rung, Tally tally, long now) {
		if (rung.compareTo(rung(number)) <= 0) {
			return;
		}
		change(number, tally, now, () -> {
			this.lost.remove(number);
			this.unaudited.remove(number);
			this.deadLettered.remove(number);
			if (this.sealed) {
				// Counted as accepted from here on: only differences are counted.
				tally.recovered += this.unknown.remove(number) ? recovered(tally) : 0;
			}
			else if (rung == Rung.PROCESSED) {
				this.processed.add(number);
			}
			if (rung == Rung.DEAD_LETTERED) {
				this.deadLettered.add(number);
			}
		});
	}

	/** An unknown of a sealed source leaves that set, and stays counted as unknown. */
	private static long recovered(Tally tally) {
		tally.unknown++;
		tally.accepted--;
		return 1;
	}

	/** A verdict on numbers, of which some may have moved meanwhile. */
	SequenceRuns conclude(SequenceRuns numbers, boolean unauditedAll, Tally tally) {
		SequenceRuns found = numbers.intersection(this.pending);
		SequenceRuns nowLost = found.copy();
		if (unauditedAll) {
			nowLost = new SequenceRuns();
		}
		else if (this.gappedUpTo > 0) {
			nowLost.remove(1, this.gappedUpTo);
		}
		this.pending.removeAll(found);
		found.removeAll(nowLost);
		this.lost.addAll(nowLost);
		this.unaudited.addAll(found);
		tally.pending -= nowLost.size() + found.size();
		tally.lost += nowLost.size();
		tally.unaudited += found.size();
		this.changed = true;
		return nowLost;
	}

	/** Whether nothing of it can move any more but by late receipts. */
	boolean canBeSealed() {
		return this.ended && !this.sealed && this.inFlight.isEmpty() && this.pending.isEmpty();
	}

	void seal() {
		this.unknown.removeAll(this.processed);
		this.unknown.removeAll(this.deadLettered);
		this.processed = new SequenceRuns();
		this.evidence.clear();
		this.sealed = true;
		this.changed = true;
	}

	/** How many more may have been published than is known. */
	long tailBound() {
		return (this.tailFrom == NO_TAIL) ? 0 : this.reserved - this.given + this.quietTail.size();
	}

	/** The heap that this takes, in bytes, about. */
	long bytes() {
		long sets = 0;
		for (SequenceRuns set : new SequenceRuns[] { this.inFlight, this.rejected, this.unknown, this.pending,
				this.processed, this.deadLettered, this.lost, this.unaudited, this.quietTail }) {
			sets += set.bytes();
		}
		return 128 + sets + this.evidence.bytes();
	}

	String text() {
		return Waybill.sourceText(this.id);
	}

	private void change(long number, Tally tally, long now, Runnable change) {
		tally.count(this, number, -1);
		change.run();
		boolean open = !this.sealed && outcome(number) == Outcome.ACCEPTED && rung(number) == Rung.NONE
				&& !this.lost.contains(number) && !this.unaudited.contains(number);
		if (!open) {
			this.pending.remove(number);
		}
		else if (this.pending.add(number)) {
			this.evidence.accepted(number, now);
		}
		tally.count(this, number, 1);
		this.changed = true;
	}

	private static SequenceRuns within(SequenceRuns numbers, long first, long to) {
		SequenceRuns range = new SequenceRuns();
		range.add(first, to);
		return range.intersection(numbers);
	}

	private static void each(SequenceRuns numbers, LongConsumer action) {
		numbers.forEachRun((first, last) -> {
			for (long number = first; number <= last; number++) {
				action.accept(number);
			}
			return true;
		});
	}

	/** What is known of a publish. */
	enum Outcome {

		IN_FLIGHT, ACCEPTED, REJECTED, UNKNOWN, TAIL

	}

	/** How far up a number has been reported; the order is the ladder's. */
	enum Rung {

		NONE, DEAD_LETTERED, PROCESSED

	}

}
