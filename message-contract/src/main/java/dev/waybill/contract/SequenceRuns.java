package dev.waybill.contract;

/** A set of sequence numbers, kept as runs. */
public final class SequenceRuns {

	/** Adds one; true where it is new. */
	public boolean add(long number) {
		throw new UnsupportedOperationException();
	}

	/** Adds first to last; how many are new. */
	public long add(long first, long last) {
		throw new UnsupportedOperationException();
	}

	/** Union; how many are new. */
	public long addAll(SequenceRuns other) {
		throw new UnsupportedOperationException();
	}

	/** Removes one; true where it was there. */
	public boolean remove(long number) {
		throw new UnsupportedOperationException();
	}

	/** Removes first to last; how many were there. */
	public long remove(long first, long last) {
		throw new UnsupportedOperationException();
	}

	/** Removes all of the other; how many were there. */
	public long removeAll(SequenceRuns other) {
		throw new UnsupportedOperationException();
	}

	/** Whether it is there. */
	public boolean contains(long number) {
		throw new UnsupportedOperationException();
	}

	/** How many of first to last are there. */
	public long count(long first, long last) {
		throw new UnsupportedOperationException();
	}

	/** What is in both, as a new set. */
	public SequenceRuns intersection(SequenceRuns other) {
		throw new UnsupportedOperationException();
	}

	/** What of 1 to upTo is not there, as a new set. */
	public SequenceRuns complement(long upTo) {
		throw new UnsupportedOperationException();
	}

	public SequenceRuns copy() {
		throw new UnsupportedOperationException();
	}

	public boolean isEmpty() {
		throw new UnsupportedOperationException();
	}

	/** How many numbers. */
	public long size() {
		throw new UnsupportedOperationException();
	}

	/** How many maximal runs. */
	public long runs() {
		throw new UnsupportedOperationException();
	}

	/** The least number; 0 where empty. */
	public long first() {
		throw new UnsupportedOperationException();
	}

	/** The greatest number; 0 where empty. */
	public long last() {
		throw new UnsupportedOperationException();
	}

	/** The least number of 1, 2, 3 … that is not there. */
	public long firstMissing() {
		throw new UnsupportedOperationException();
	}

	/** Visits the maximal runs, ascending, until it is told to stop. */
	public void forEachRun(Visitor visitor) {
		throw new UnsupportedOperationException();
	}

	/** The heap that it takes, in bytes, about. */
	public long bytes() {
		throw new UnsupportedOperationException();
	}

	/** Is shown a run; false to stop. */
	public interface Visitor {

		boolean run(long first, long last);

	}

}
