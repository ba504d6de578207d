package dev.waybill.contract;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * A set of sequence numbers that is small where numbers come in order, and never large
 * where they do not: blocks of {@value #BLOCK} that are there whole are kept as runs of
 * blocks, the others as bits. Not for several threads at once.
 * <p>
 * Longer than most, since the two kinds of block meet in every operation.
 */
public final class SequenceRuns {

	/** The greatest number that a set holds: 2^62. */
	public static final long MAX = 1L << 62;

	static final int BLOCK = 1024;

	private static final int SHIFT = 10;

	private static final int WORDS = BLOCK / Long.SIZE;

	/** Behind the bits: how many of them are set. */
	private static final int COUNT = WORDS;

	/** Of a node of TreeMap with its two boxed numbers, and of an array of bits. */
	private static final int RUN_BYTES = 40 + 2 * 24;

	private static final int BITS_BYTES = 40 + 24 + 16 + 8 * (WORDS + 1);

	private static final int EMPTY_BYTES = 160;

	/** The first block of each run of whole blocks, and its last. */
	private final NavigableMap<Long, Long> whole = new TreeMap<>();

	private final NavigableMap<Long, long[]> parts = new TreeMap<>();

	private long size;

	/** Numbers mostly come next to each other: the part that was used last. */
	private long recentBlock = -1;

	private long @Nullable [] recent;

	/** Makes an empty set. */
	public SequenceRuns() {
	}

	/**
	 * Adds one number.
	 * @param number 1 to {@link #MAX}
	 * @return whether it is new
	 */
	public boolean add(long number) {
		check(number, number);
		long block = block(number);
		long[] bits = part(block);
		if (bits == null) {
			if (isWhole(block)) {
				return false;
			}
			bits = newPart(block);
		}
		int bit = bit(number);
		long mask = 1L << bit;
		if ((bits[bit >> 6] & mask) != 0) {
			return false;
		}
		bits[bit >> 6] |= mask;
		this.size++;
		if (++bits[COUNT] == BLOCK) {
			removePart(block);
			addWhole(block, block);
		}
		return true;
	}

	/**
	 * Adds first to last.
	 * @return how many are new
	 */
	public long add(long first, long last) {
		check(first, last);
		if (first == last) {
			return add(first) ? 1 : 0;
		}
		long before = this.size;
		long from = block(first);
		long to = block(last);
		if (bit(first) != 0 || from == to) {
			addWithin(from, bit(first), (from == to) ? bit(last) : BLOCK - 1);
			from++;
		}
		if (to >= from && bit(last) != BLOCK - 1) {
			addWithin(to, 0, bit(last));
			to--;
		}
		if (to >= from) {
			this.size += (to - from + 1) * BLOCK - countBlocks(from, to);
			removeParts(from, to);
			addWhole(from, to);
		}
		return this.size - before;
	}

	/**
	 * Adds all of the other.
	 * @return how many are new
	 */
	public long addAll(SequenceRuns other) {
		long before = this.size;
		other.forEachRun((first, last) -> {
			add(first, last);
			return true;
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
		long from = block(first);
		long to = block(last);
		if (bit(first) != 0 || from == to) {
			removeWithin(from, bit(first), (from == to) ? bit(last) : BLOCK - 1);
			from++;
		}
		if (to >= from && bit(last) != BLOCK - 1) {
			removeWithin(to, 0, bit(last));
			to--;
		}
		if (to >= from) {
			this.size -= countBlocks(from, to);
			removeParts(from, to);
			removeWhole(from, to);
		}
		return before - this.size;
	}

	/** Removes all of the other; how many were there. */
	public long removeAll(SequenceRuns other) {
		long before = this.size;
		other.forEachRun((first, last) -> {
			remove(first, last);
			return !isEmpty();
		});
		return before - this.size;
	}

	/** Whether the number is there; false for any that no set holds. */
	public boolean contains(long number) {
		if (number < 1 || number > MAX) {
			return false;
		}
		long[] bits = part(block(number));
		int bit = bit(number);
		return (bits != null) ? (bits[bit >> 6] & (1L << bit)) != 0 : isWhole(block(number));
	}

	/** How many of first to last are there. */
	public long count(long first, long last) {
		check(first, last);
		long from = block(first);
		long to = block(last);
		if (from == to) {
			return countWithin(from, bit(first), bit(last));
		}
		long count = countWithin(from, bit(first), BLOCK - 1) + countWithin(to, 0, bit(last));
		return (to - from > 1) ? count + countBlocks(from + 1, to - 1) : count;
	}

	/** What is in both, as a new set. */
	public SequenceRuns intersection(SequenceRuns other) {
		SequenceRuns both = copy();
		SequenceRuns missing = other.complement(last());
		both.removeAll(missing);
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
		SequenceRuns copy = new SequenceRuns();
		copy.whole.putAll(this.whole);
		this.parts.forEach((block, bits) -> copy.parts.put(block, bits.clone()));
		copy.size = this.size;
		return copy;
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
		long block = this.parts.isEmpty() ? -1 : this.parts.lastKey();
		if (!this.whole.isEmpty() && this.whole.lastEntry().getValue() > block) {
			return number(this.whole.lastEntry().getValue(), BLOCK - 1);
		}
		return (block >= 0) ? number(block, previousBit(this.parts.lastEntry().getValue(), BLOCK - 1)) : 0;
	}

	/** The least of 1, 2, 3 … that is not there. */
	public long firstMissing() {
		long[] missing = { 1 };
		forEachRun((first, last) -> {
			if (first == missing[0]) {
				missing[0] = last + 1;
			}
			return false;
		});
		return missing[0];
	}

	/** Shows the runs, ascending, each as long as can be, until told to stop. */
	public void forEachRun(Visitor visitor) {
		Joiner joiner = new Joiner(visitor);
		Iterator<Map.Entry<Long, Long>> runs = this.whole.entrySet().iterator();
		Iterator<Map.Entry<Long, long[]>> bits = this.parts.entrySet().iterator();
		Map.Entry<Long, Long> run = next(runs);
		Map.Entry<Long, long[]> part = next(bits);
		while (joiner.goesOn() && (run != null || part != null)) {
			if (part == null || (run != null && run.getKey() < part.getKey())) {
				joiner.run(number(run.getKey(), 0), number(run.getValue(), BLOCK - 1));
				run = next(runs);
			}
			else {
				runsOf(part.getKey(), part.getValue(), joiner);
				part = next(bits);
			}
		}
		joiner.end();
	}

	/** The heap that this takes, in bytes, rather more than less. */
	public long bytes() {
		return EMPTY_BYTES + (long) RUN_BYTES * this.whole.size() + (long) BITS_BYTES * this.parts.size();
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof SequenceRuns that && this.size == that.size && toString().equals(that.toString());
	}

	@Override
	public int hashCode() {
		return Long.hashCode(this.size) * 31 + Long.hashCode(last());
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

	private static <T> @Nullable T next(Iterator<T> iterator) {
		return iterator.hasNext() ? iterator.next() : null;
	}

	private static void check(long first, long last) {
		if (first < 1 || last > MAX || first > last) {
			throw new IllegalArgumentException(first + " to " + last + " is no run of 1 to 2^62");
		}
	}

	private static long block(long number) {
		return (number - 1) >> SHIFT;
	}

	private static int bit(long number) {
		return (int) (number - 1) & (BLOCK - 1);
	}

	private static long number(long block, int bit) {
		return (block << SHIFT) + bit + 1;
	}

	// --- parts

	private long @Nullable [] part(long block) {
		if (this.recentBlock != block) {
			this.recent = this.parts.get(block);
			this.recentBlock = block;
		}
		return this.recent;
	}

	private long[] newPart(long block) {
		long[] bits = new long[WORDS + 1];
		this.parts.put(block, bits);
		this.recent = bits;
		this.recentBlock = block;
		return bits;
	}

	private void removePart(long block) {
		this.parts.remove(block);
		this.recentBlock = -1;
	}

	private void removeParts(long from, long to) {
		this.parts.subMap(from, true, to, true).clear();
		this.recentBlock = -1;
	}

	private void addWithin(long block, int from, int to) {
		long[] bits = part(block);
		if (bits == null) {
			if (isWhole(block)) {
				return;
			}
			bits = newPart(block);
		}
		for (int word = from >> 6; word <= to >> 6; word++) {
			long fresh = mask(word, from, to) & ~bits[word];
			bits[word] |= fresh;
			bits[COUNT] += Long.bitCount(fresh);
			this.size += Long.bitCount(fresh);
		}
		if (bits[COUNT] == BLOCK) {
			removePart(block);
			addWhole(block, block);
		}
	}

	private void removeWithin(long block, int from, int to) {
		long[] bits = part(block);
		if (bits == null) {
			if (!isWhole(block)) {
				return;
			}
			removeWhole(block, block);
			bits = newPart(block);
			for (int word = 0; word < WORDS; word++) {
				bits[word] = -1;
			}
			bits[COUNT] = BLOCK;
		}
		for (int word = from >> 6; word <= to >> 6; word++) {
			long gone = mask(word, from, to) & bits[word];
			bits[word] &= ~gone;
			bits[COUNT] -= Long.bitCount(gone);
			this.size -= Long.bitCount(gone);
		}
		if (bits[COUNT] == 0) {
			removePart(block);
		}
	}

	private long countWithin(long block, int from, int to) {
		long[] bits = part(block);
		if (bits == null) {
			return isWhole(block) ? to - from + 1 : 0;
		}
		long count = 0;
		for (int word = from >> 6; word <= to >> 6; word++) {
			count += Long.bitCount(mask(word, from, to) & bits[word]);
		}
		return count;
	}

	/** The bits of a word that lie between the two. */
	private static long mask(int word, int from, int to) {
		long mask = -1;
		if (word == from >> 6) {
			mask &= -1L << (from & 63);
		}
		if (word == to >> 6) {
			mask &= -1L >>> (63 - (to & 63));
		}
		return mask;
	}

	private static void runsOf(long block, long[] bits, Visitor visitor) {
		int from = nextBit(bits, 0, 0);
		while (from < BLOCK) {
			int end = nextBit(bits, from, -1);
			if (!visitor.run(number(block, from), number(block, end - 1))) {
				return;
			}
			from = nextBit(bits, end, 0);
		}
	}

	/** The next bit from here that is set (flip 0) or clear (flip -1), or BLOCK. */
	private static int nextBit(long[] bits, int from, long flip) {
		int word = from >> 6;
		if (word >= WORDS) {
			return BLOCK;
		}
		long rest = (bits[word] ^ flip) & (-1L << (from & 63));
		while (rest == 0) {
			if (++word == WORDS) {
				return BLOCK;
			}
			rest = bits[word] ^ flip;
		}
		return (word << 6) + Long.numberOfTrailingZeros(rest);
	}

	private static int previousBit(long[] bits, int from) {
		int word = from >> 6;
		while (bits[word] == 0) {
			word--;
		}
		return (word << 6) + 63 - Long.numberOfLeadingZeros(bits[word]);
	}

	// --- whole blocks

	private boolean isWhole(long block) {
		Map.Entry<Long, Long> run = this.whole.floorEntry(block);
		return run != null && run.getValue() >= block;
	}

	/** Joins what it touches. */
	private void addWhole(long from, long to) {
		long first = from;
		long last = to;
		Map.Entry<Long, Long> run = this.whole.floorEntry(to + 1);
		while (run != null && run.getValue() >= from - 1) {
			first = Math.min(first, run.getKey());
			last = Math.max(last, run.getValue());
			this.whole.remove(run.getKey());
			run = this.whole.floorEntry(to + 1);
		}
		this.whole.put(first, last);
		this.recentBlock = -1;
	}

	private void removeWhole(long from, long to) {
		Map.Entry<Long, Long> run = this.whole.floorEntry(to);
		while (run != null && run.getValue() >= from) {
			this.whole.remove(run.getKey());
			if (run.getValue() > to) {
				this.whole.put(to + 1, run.getValue());
			}
			if (run.getKey() < from) {
				this.whole.put(run.getKey(), from - 1);
				break;
			}
			run = this.whole.floorEntry(to);
		}
		this.recentBlock = -1;
	}

	/** How many numbers of these blocks are there. */
	private long countBlocks(long from, long to) {
		long count = 0;
		for (long[] bits : this.parts.subMap(from, true, to, true).values()) {
			count += bits[COUNT];
		}
		Long before = this.whole.floorKey(from);
		for (Map.Entry<Long, Long> run : this.whole.subMap((before != null) ? before : from, true, to, true)
			.entrySet()) {
			long blocks = Math.min(to, run.getValue()) - Math.max(from, run.getKey()) + 1;
			count += Math.max(0, blocks) * BLOCK;
		}
		return count;
	}

	/** Is shown a run; false to stop. */
	public interface Visitor {

		boolean run(long first, long last);

	}

	/** Joins runs that touch each other across blocks. */
	private static final class Joiner implements Visitor {

		private final Visitor visitor;

		private long from;

		private long to;

		private boolean stopped;

		Joiner(Visitor visitor) {
			this.visitor = visitor;
		}

		boolean goesOn() {
			return !this.stopped;
		}

		@Override
		public boolean run(long first, long last) {
			if (this.from != 0 && first == this.to + 1) {
				this.to = last;
				return true;
			}
			end();
			this.from = first;
			this.to = last;
			return !this.stopped;
		}

		void end() {
			if (this.from != 0 && !this.stopped) {
				this.stopped = !this.visitor.run(this.from, this.to);
			}
			this.from = 0;
		}

	}

}
