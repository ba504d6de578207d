package dev.waybill.contract;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * A set of sequence numbers that is small where numbers come in order, and bounded where
 * they do not: blocks of 1,024 numbers that are there whole are kept as runs of blocks,
 * the others as bits.
 * <p>
 * Not for several threads at once, not even for reading. Longer than most classes, since
 * the two kinds of block meet in every operation.
 */
public final class SequenceRuns {

	/** The greatest number that a set holds: 2^62. */
	public static final long MAX = 1L << 62;

	private static final int SHIFT = Integer.numberOfTrailingZeros(Block.SIZE);

	/*
	 * What an object takes where references take 8 bytes and headers 16, so more than
	 * there mostly is: this set with its maps; a node of a map with two boxed numbers; a
	 * node with one, its block and the array in it.
	 */

	private static final int EMPTY_BYTES = 320;

	private static final int RUN_BYTES = 64 + 2 * 24;

	private static final int BLOCK_BYTES = 64 + 24 + 32 + 24 + Block.SIZE / Byte.SIZE;

	private final BlockRuns whole;

	/** The blocks of which something is there, and something not. */
	private final NavigableMap<Long, Block> parts;

	private long size;

	/** Numbers mostly come next to each other: the part that was looked for last. */
	private long recentIndex = -1;

	private @Nullable Block recent;

	/** Makes an empty set. */
	public SequenceRuns() {
		this(new BlockRuns(), new TreeMap<>(), 0);
	}

	private SequenceRuns(BlockRuns whole, NavigableMap<Long, Block> parts, long size) {
		this.whole = whole;
		this.parts = parts;
		this.size = size;
	}

	/** Whether a set can hold the number: 1 to {@link #MAX}. */
	public static boolean isNumber(long number) {
		return number >= 1 && number <= MAX;
	}

	/**
	 * Adds one number.
	 * @param number 1 to {@link #MAX}
	 * @return whether it is new
	 */
	public boolean add(long number) {
		check(number, number);
		long index = index(number);
		Block block = part(index);
		if (block == null) {
			if (this.whole.contains(index)) {
				return false;
			}
			block = put(index, new Block());
		}
		if (!block.add(bit(number))) {
			return false;
		}
		this.size++;
		settle(index, block);
		return true;
	}

	/**
	 * Adds first to last.
	 * @return how many are new
	 */
	public long add(long first, long last) {
		check(first, last);
		long before = this.size;
		overBlocks(first, last, this::addWithin, this::addWhole);
		return this.size - before;
	}

	/**
	 * Adds all of the other.
	 * @return how many are new
	 */
	public long addAll(SequenceRuns other) {
		if (other == this) {
			return 0;
		}
		long before = this.size;
		for (Map.Entry<Long, Long> run : other.whole) {
			addWhole(run.getKey(), run.getValue());
		}
		other.parts.forEach((index, theirs) -> {
			Block ours = part(index);
			if (ours != null) {
				this.size += ours.addAll(theirs);
				settle(index, ours);
			}
			else if (!this.whole.contains(index)) {
				put(index, theirs.copy());
				this.size += theirs.count();
			}
		});
		return this.size - before;
	}

	/** Removes one number; true where it was there. */
	public boolean remove(long number) {
		return remove(number, number) == 1;
	}

	/**
	 * Removes first to last.
	 * @return how many were there
	 */
	public long remove(long first, long last) {
		check(first, last);
		long before = this.size;
		overBlocks(first, last, this::removeWithin, this::removeWhole);
		return before - this.size;
	}

	/** Removes all of the other; how many were there. */
	public long removeAll(SequenceRuns other) {
		long before = this.size;
		SequenceRuns gone = (other == this) ? copy() : other;
		for (Map.Entry<Long, Long> run : gone.whole) {
			removeWhole(run.getKey(), run.getValue());
		}
		gone.parts.forEach((index, theirs) -> {
			Block ours = partOrSplit(index);
			if (ours != null) {
				this.size -= ours.removeAll(theirs);
				settle(index, ours);
			}
		});
		return before - this.size;
	}

	/** Whether the number is there; false for any that no set holds. */
	public boolean contains(long number) {
		if (!isNumber(number)) {
			return false;
		}
		Block block = part(index(number));
		return (block != null) ? block.contains(bit(number)) : this.whole.contains(index(number));
	}

	/** How many of first to last are there. */
	public long count(long first, long last) {
		check(first, last);
		long[] count = { 0 };
		overBlocks(first, last, (index, from, to) -> {
			Block block = part(index);
			if (block != null) {
				count[0] += block.count(from, to);
			}
			else if (this.whole.contains(index)) {
				count[0] += to - from + 1;
			}
		}, (from, to) -> count[0] += countWhole(from, to));
		return count[0];
	}

	/** What is in both, as a new set. */
	public SequenceRuns intersection(SequenceRuns other) {
		BlockRuns wholeInBoth = this.whole.intersection(other.whole);
		SequenceRuns both = new SequenceRuns(wholeInBoth, new TreeMap<>(), 0);
		for (Map.Entry<Long, Long> run : wholeInBoth) {
			both.size += (run.getValue() - run.getKey() + 1) * Block.SIZE;
		}
		copyWithin(this.whole, other.parts, both);
		copyWithin(other.whole, this.parts, both);
		NavigableMap<Long, Block> fewer = (this.parts.size() < other.parts.size()) ? this.parts : other.parts;
		NavigableMap<Long, Block> more = (fewer == this.parts) ? other.parts : this.parts;
		fewer.forEach((index, one) -> {
			Block two = more.get(index);
			if (two != null) {
				both.putUnlessEmpty(index, one.intersection(two));
			}
		});
		return both;
	}

	/** What of 1 to upTo is not there, as a new set; empty where upTo is less than 1. */
	public SequenceRuns complement(long upTo) {
		SequenceRuns rest = new SequenceRuns();
		if (upTo >= 1) {
			rest.add(1, upTo);
			rest.removeAll(this);
		}
		return rest;
	}

	/** The same numbers, in a set of its own. */
	public SequenceRuns copy() {
		NavigableMap<Long, Block> copies = new TreeMap<>(this.parts);
		copies.replaceAll((index, block) -> block.copy());
		return new SequenceRuns(this.whole.copy(), copies, this.size);
	}

	/** Whether there is none. */
	public boolean isEmpty() {
		return this.size == 0;
	}

	/** How many numbers. */
	public long size() {
		return this.size;
	}

	/** How many runs, each as long as can be. */
	public long runs() {
		long[] count = { 0 };
		forEachRun((first, last) -> {
			count[0]++;
			return true;
		});
		return count[0];
	}

	/** The least number; 0 where there is none. */
	public long first() {
		long[] first = { 0 };
		forEachRun((from, to) -> {
			first[0] = from;
			return false;
		});
		return first[0];
	}

	/** The greatest number; 0 where there is none. */
	public long last() {
		Map.Entry<Long, Long> run = this.whole.last();
		Map.Entry<Long, Block> part = this.parts.lastEntry();
		if (run != null && (part == null || run.getValue() > part.getKey())) {
			return number(run.getValue(), Block.LAST);
		}
		return (part != null) ? number(part.getKey(), part.getValue().last()) : 0;
	}

	/**
	 * The least of 1, 2, 3 … that is not there; one more than {@link #MAX} where all are.
	 */
	public long firstMissing() {
		long[] missing = { 1 };
		forEachRun((first, last) -> {
			if (first == 1) {
				missing[0] = last + 1;
			}
			return false;
		});
		return missing[0];
	}

	/**
	 * Shows the runs, ascending, each as long as can be, until told to stop. The visitor
	 * must leave this set as it is.
	 */
	public void forEachRun(Visitor visitor) {
		RunJoiner joiner = new RunJoiner(visitor);
		Iterator<Map.Entry<Long, Long>> runs = this.whole.iterator();
		Iterator<Map.Entry<Long, Block>> blocks = this.parts.entrySet().iterator();
		Map.Entry<Long, Long> run = next(runs);
		Map.Entry<Long, Block> part = next(blocks);
		while (joiner.goesOn()) {
			if (run != null && (part == null || run.getKey() < part.getKey())) {
				joiner.run(number(run.getKey(), 0), number(run.getValue(), Block.LAST));
				run = next(runs);
			}
			else if (part != null) {
				forEachRun(part.getKey(), part.getValue(), joiner);
				part = next(blocks);
			}
			else {
				joiner.end();
				return;
			}
		}
	}

	/**
	 * The heap that this takes, in bytes, rather more than less; found without looking at
	 * the numbers. It is at most about 270 for each 1,024 numbers of which some are there
	 * and some not.
	 */
	public long bytes() {
		return EMPTY_BYTES + (long) RUN_BYTES * this.whole.size() + (long) BLOCK_BYTES * this.parts.size();
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof SequenceRuns that && this.size == that.size && this.whole.equals(that.whole)
				&& this.parts.equals(that.parts);
	}

	@Override
	public int hashCode() {
		return 31 * this.whole.hashCode() + this.parts.hashCode();
	}

	/** Such as {@code 1-5, 7}. */
	@Override
	public String toString() {
		StringBuilder text = new StringBuilder();
		forEachRun((first, last) -> {
			text.append(text.isEmpty() ? "" : ", ").append(first);
			if (last > first) {
				text.append('-').append(last);
			}
			return true;
		});
		return text.toString();
	}

	private static void check(long first, long last) {
		if (first < 1 || last > MAX || first > last) {
			throw new IllegalArgumentException(first + " to " + last + " is no run of 1 to 2^62");
		}
	}

	private static long index(long number) {
		return (number - 1) >> SHIFT;
	}

	private static int bit(long number) {
		return (int) (number - 1) & Block.LAST;
	}

	private static long number(long index, int bit) {
		return (index << SHIFT) + bit + 1;
	}

	/** Cuts a run into the ends that are parts of blocks and the blocks between. */
	private static void overBlocks(long first, long last, Within within, Between between) {
		long from = index(first);
		long to = index(last);
		if (from == to && (bit(first) > 0 || bit(last) < Block.LAST)) {
			within.part(from, bit(first), bit(last));
			return;
		}
		if (bit(first) > 0) {
			within.part(from++, bit(first), Block.LAST);
		}
		if (bit(last) < Block.LAST) {
			within.part(to--, 0, bit(last));
		}
		if (from <= to) {
			between.blocks(from, to);
		}
	}

	private @Nullable Block part(long index) {
		if (this.recentIndex != index) {
			this.recent = this.parts.get(index);
			this.recentIndex = index;
		}
		return this.recent;
	}

	/** The part, be it one that is a whole block as yet. */
	private @Nullable Block partOrSplit(long index) {
		Block block = part(index);
		if (block == null && this.whole.contains(index)) {
			this.whole.remove(index, index);
			block = put(index, Block.full());
		}
		return block;
	}

	private Block put(long index, Block block) {
		this.parts.put(index, block);
		this.recent = block;
		this.recentIndex = index;
		return block;
	}

	private void putUnlessEmpty(long index, Block block) {
		if (!block.isEmpty()) {
			put(index, block);
			this.size += block.count();
		}
	}

	/** A part that has become whole, or empty, is no part. */
	private void settle(long index, Block block) {
		if (block.isFull()) {
			this.whole.add(index, index);
		}
		if (block.isFull() || block.isEmpty()) {
			this.parts.remove(index);
			this.recentIndex = -1;
		}
	}

	private void addWithin(long index, int from, int to) {
		Block block = part(index);
		if (block == null) {
			if (this.whole.contains(index)) {
				return;
			}
			block = put(index, new Block());
		}
		this.size += block.add(from, to);
		settle(index, block);
	}

	private void removeWithin(long index, int from, int to) {
		Block block = partOrSplit(index);
		if (block != null) {
			this.size -= block.remove(from, to);
			settle(index, block);
		}
	}

	private void addWhole(long from, long to) {
		this.size += (to - from + 1) * Block.SIZE - countWhole(from, to);
		dropParts(from, to);
		this.whole.add(from, to);
	}

	private void removeWhole(long from, long to) {
		this.size -= countWhole(from, to);
		dropParts(from, to);
		this.whole.remove(from, to);
	}

	private void dropParts(long from, long to) {
		this.parts.subMap(from, true, to, true).clear();
		this.recentIndex = -1;
	}

	/** How many numbers of these blocks are there. */
	private long countWhole(long from, long to) {
		long count = this.whole.count(from, to) * Block.SIZE;
		for (Block block : this.parts.subMap(from, true, to, true).values()) {
			count += block.count();
		}
		return count;
	}

	private static void copyWithin(BlockRuns whole, NavigableMap<Long, Block> parts, SequenceRuns both) {
		for (Map.Entry<Long, Long> run : whole) {
			parts.subMap(run.getKey(), true, run.getValue(), true)
				.forEach((index, block) -> both.putUnlessEmpty(index, block.copy()));
		}
	}

	private static void forEachRun(long index, Block block, RunJoiner joiner) {
		int from = block.nextSet(0);
		while (from < Block.SIZE && joiner.goesOn()) {
			int end = block.nextClear(from);
			joiner.run(number(index, from), number(index, end - 1));
			from = block.nextSet(end);
		}
	}

	private static <T> @Nullable T next(Iterator<T> iterator) {
		return iterator.hasNext() ? iterator.next() : null;
	}

	/** Is shown a run; false to stop. */
	public interface Visitor {

		boolean run(long first, long last);

	}

	private interface Within {

		void part(long index, int from, int to);

	}

	private interface Between {

		void blocks(long from, long to);

	}

}
