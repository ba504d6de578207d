package dev.waybill.contract;

import java.util.BitSet;
import java.util.Random;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Random operations on two sets, and the same on two plain bit sets. */
class SequenceRunsModelTests {

	private static final int BLOCK = Block.SIZE;

	/** So many numbers are played with, those behind the base. */
	private static final int WINDOW = 7 * BLOCK;

	private static final int STEPS = 30_000;

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, BLOCK - 1, 5000, (1L << 40) - 1, SequenceRuns.MAX - WINDOW })
	void agreesWithAPlainBitSet(long base) {
		Seed seed = Seed.next();
		Random random = seed.random();
		Pair one = new Pair(base);
		Pair two = new Pair(base);
		for (int step = 0; step < STEPS; step++) {
			try {
				one.change(random, two);
				one.look(random);
				if (step % 40 == 0) {
					one.compare();
					two.compare();
					one.compareWith(two, random);
				}
			}
			catch (Throwable ex) {
				throw new AssertionError(seed + ", base " + base + ", step " + step, ex);
			}
			Pair swap = one;
			one = two;
			two = swap;
		}
	}

	/** A set, and a plain one that must be the same. */
	private static final class Pair {

		private final long base;

		private SequenceRuns set = new SequenceRuns();

		/** Bit i is the number base + 1 + i. */
		private BitSet model = new BitSet();

		Pair(long base) {
			this.base = base;
		}

		private long number(int bit) {
			return this.base + 1 + bit;
		}

		/** Half of them at the borders of blocks. */
		private int bit(Random random) {
			int bit = random.nextInt(WINDOW);
			if (random.nextBoolean()) {
				long border = (number(bit) >> 10) << 10;
				bit = (int) (border - number(0)) + random.nextInt(5) - 2;
			}
			return Math.max(0, Math.min(WINDOW - 1, bit));
		}

		private int end(Random random, int from) {
			int length = switch (random.nextInt(4)) {
				case 0 -> random.nextInt(4);
				case 1 -> random.nextInt(100);
				case 2 -> random.nextInt(3 * BLOCK);
				default -> bit(random) - from;
			};
			return Math.min(WINDOW - 1, from + Math.max(0, length));
		}

		void change(Random random, Pair other) {
			int from = bit(random);
			int to = end(random, from);
			int before = this.model.cardinality();
			switch (random.nextInt(20)) {
				case 0, 1, 2, 3 -> {
					assertThat(this.set.add(number(from))).isEqualTo(!this.model.get(from));
					this.model.set(from);
				}
				case 4, 5, 6 -> {
					long fresh = this.set.add(number(from), number(to));
					this.model.set(from, to + 1);
					assertThat(fresh).isEqualTo(this.model.cardinality() - before);
				}
				case 7, 8, 9 -> {
					assertThat(this.set.remove(number(from))).isEqualTo(this.model.get(from));
					this.model.clear(from);
				}
				case 10, 11, 12 -> {
					long gone = this.set.remove(number(from), number(to));
					this.model.clear(from, to + 1);
					assertThat(gone).isEqualTo(before - this.model.cardinality());
				}
				case 13 -> {
					long fresh = this.set.addAll(other.set);
					this.model.or(other.model);
					assertThat(fresh).isEqualTo(this.model.cardinality() - before);
				}
				case 14 -> {
					long gone = this.set.removeAll(other.set);
					this.model.andNot(other.model);
					assertThat(gone).isEqualTo(before - this.model.cardinality());
				}
				case 15 -> {
					this.set = this.set.intersection(other.set);
					this.model.and(other.model);
				}
				case 16 -> {
					this.set = this.set.complement(number(to));
					this.model = complement(to);
					if (this.base > 0) {
						assertThat(this.set.remove(1, this.base)).isEqualTo(this.base);
					}
				}
				case 17 -> {
					// Whole blocks, with single numbers out of them
					this.set.add(number(0), number(WINDOW - 1));
					this.set.remove(number(from));
					this.model.set(0, WINDOW);
					this.model.clear(from);
				}
				default -> {
					leavesTheOriginal(random, other, from, to);
				}
			}
		}

		private BitSet complement(int to) {
			BitSet complement = new BitSet();
			complement.set(0, to + 1);
			complement.andNot(this.model);
			return complement;
		}

		/** The other becomes a copy and is changed; this one must not be. */
		private void leavesTheOriginal(Random random, Pair other, int from, int to) {
			SequenceRuns before = this.set.copy();
			SequenceRuns copy = this.set.copy();
			assertThat(copy).isEqualTo(this.set).hasSameHashCodeAs(this.set);
			BitSet changed = (BitSet) this.model.clone();
			if (random.nextBoolean()) {
				copy.remove(number(from), number(to));
				changed.clear(from, to + 1);
			}
			else {
				copy.add(number(from), number(to));
				changed.set(from, to + 1);
			}
			assertThat(this.set).isEqualTo(before);
			other.set = copy;
			other.model = changed;
		}

		void look(Random random) {
			int from = bit(random);
			int to = end(random, from);
			assertThat(this.set.contains(number(from))).isEqualTo(this.model.get(from));
			assertThat(this.set.count(number(from), number(to))).isEqualTo(this.model.get(from, to + 1).cardinality());
			assertThat(this.set.size()).isEqualTo(this.model.cardinality());
			assertThat(this.set.isEmpty()).isEqualTo(this.model.isEmpty());
			assertThat(this.set.first()).isEqualTo(this.model.isEmpty() ? 0 : number(this.model.nextSetBit(0)));
			assertThat(this.set.last()).isEqualTo(this.model.isEmpty() ? 0 : number(this.model.length() - 1));
			assertThat(this.set.firstMissing()).isEqualTo((this.base > 0) ? 1 : 1 + this.model.nextClearBit(0));
		}

		/** Every run, how many there are, and that another set of the same is equal. */
		void compare() {
			BitSet seen = new BitSet();
			SequenceRuns rebuilt = new SequenceRuns();
			long[] runs = { 0 };
			int[] next = { 0 };
			this.set.forEachRun((first, last) -> {
				int from = (int) (first - number(0));
				int to = (int) (last - number(0));
				assertThat(from).as("as long as can be").isEqualTo(this.model.nextSetBit(next[0]));
				next[0] = to + 1;
				assertThat(next[0]).isEqualTo(this.model.nextClearBit(from));
				seen.set(from, to + 1);
				for (long number = last; number >= first; number--) {
					rebuilt.add(number);
				}
				runs[0]++;
				return true;
			});
			assertThat(seen).isEqualTo(this.model);
			assertThat(this.set.runs()).isEqualTo(runs[0]);
			assertThat(rebuilt).isEqualTo(this.set).hasSameHashCodeAs(this.set).hasToString(this.set.toString());
			assertThat(rebuilt.bytes()).as("the same however it was made").isEqualTo(this.set.bytes());
		}

		/** What makes a set of two leaves both as they are. */
		void compareWith(Pair other, Random random) {
			SequenceRuns both = this.set.intersection(other.set);
			assertThat(both).isEqualTo(other.set.intersection(this.set));
			BitSet expected = (BitSet) this.model.clone();
			expected.and(other.model);
			Pair intersection = new Pair(this.base);
			intersection.set = both;
			intersection.model = expected;
			intersection.compare();
			both.remove(number(0), number(bit(random)));
			compare();
			other.compare();
			assertThat(this.set.equals(other.set)).isEqualTo(this.model.equals(other.model));
		}

	}

}
