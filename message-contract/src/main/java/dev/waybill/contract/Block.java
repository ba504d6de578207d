package dev.waybill.contract;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/** Which of {@value #SIZE} neighbouring numbers are there, a bit for each. */
final class Block {

	static final int SIZE = 1024;

	static final int LAST = SIZE - 1;

	private static final int WORDS = SIZE / Long.SIZE;

	private final long[] words;

	/** How many bits are set. */
	private int count;

	Block() {
		this(new long[WORDS], 0);
	}

	private Block(long[] words, int count) {
		this.words = words;
		this.count = count;
	}

	static Block full() {
		Block full = new Block();
		full.add(0, LAST);
		return full;
	}

	boolean add(int bit) {
		int word = bit >> 6;
		// The shift is by the low six bits of the bit's index.
		long added = this.words[word] | 1L << bit;
		if (added == this.words[word]) {
			return false;
		}
		this.words[word] = added;
		this.count++;
		return true;
	}

	/** Adds the bits from and to, and those between; how many are new. */
	int add(int from, int to) {
		int before = this.count;
		for (int word = from >> 6; word <= to >> 6; word++) {
			set(word, this.words[word] | mask(word, from, to));
		}
		return this.count - before;
	}

	int addAll(Block other) {
		int before = this.count;
		for (int word = 0; word < WORDS; word++) {
			set(word, this.words[word] | other.words[word]);
		}
		return this.count - before;
	}

	int remove(int from, int to) {
		int before = this.count;
		for (int word = from >> 6; word <= to >> 6; word++) {
			set(word, this.words[word] & ~mask(word, from, to));
		}
		return before - this.count;
	}

	int removeAll(Block other) {
		int before = this.count;
		for (int word = 0; word < WORDS; word++) {
			set(word, this.words[word] & ~other.words[word]);
		}
		return before - this.count;
	}

	Block intersection(Block other) {
		Block both = new Block();
		for (int word = 0; word < WORDS; word++) {
			both.set(word, this.words[word] & other.words[word]);
		}
		return both;
	}

	boolean contains(int bit) {
		return (this.words[bit >> 6] & 1L << bit) != 0;
	}

	int count() {
		return this.count;
	}

	int count(int from, int to) {
		int among = 0;
		for (int word = from >> 6; word <= to >> 6; word++) {
			among += Long.bitCount(this.words[word] & mask(word, from, to));
		}
		return among;
	}

	boolean isFull() {
		return this.count == SIZE;
	}

	boolean isEmpty() {
		return this.count == 0;
	}

	/** The first bit from here that is set; SIZE where there is none. */
	int nextSet(int from) {
		return next(from, 0);
	}

	/** The first bit from here that is clear; SIZE where there is none. */
	int nextClear(int from) {
		return next(from, -1);
	}

	/** The last bit that is set, of a block that is not empty. */
	int last() {
		int word = WORDS - 1;
		while (this.words[word] == 0) {
			word--;
		}
		return (word << 6) + 63 - Long.numberOfLeadingZeros(this.words[word]);
	}

	Block copy() {
		return new Block(this.words.clone(), this.count);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Block that && Arrays.equals(this.words, that.words);
	}

	@Override
	public int hashCode() {
		return Arrays.hashCode(this.words);
	}

	private int next(int from, long flip) {
		if (from == SIZE) {
			return SIZE;
		}
		int word = from >> 6;
		long rest = (this.words[word] ^ flip) & -1L << from;
		while (rest == 0) {
			if (++word == WORDS) {
				return SIZE;
			}
			rest = this.words[word] ^ flip;
		}
		return (word << 6) + Long.numberOfTrailingZeros(rest);
	}

	private void set(int word, long value) {
		this.count += Long.bitCount(value) - Long.bitCount(this.words[word]);
		this.words[word] = value;
	}

	/** The bits of a word that lie between the two. */
	private static long mask(int word, int from, int to) {
		long mask = -1;
		if (word == from >> 6) {
			mask &= -1L << from;
		}
		if (word == to >> 6) {
			mask &= -1L >>> (63 - (to & 63));
		}
		return mask;
	}

}
