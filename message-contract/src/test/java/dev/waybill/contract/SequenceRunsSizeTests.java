package dev.waybill.contract;

import java.lang.management.ManagementFactory;
import java.util.function.Supplier;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a set takes of the heap: by its own word, and by what the virtual machine says.
 */
class SequenceRunsSizeTests {

	private static final long MEBIBYTE = 1 << 20;

	private static final int COPIES = 24;

	@Test
	void tenMillionInOrderAreOneRunOfNextToNothing() {
		Measured tenMillion = Measured.of(() -> inOrder(10_000_000));
		assertThat(tenMillion.set().runs()).isEqualTo(1);
		assertThat(tenMillion.set().size()).isEqualTo(10_000_000);
		assertThat(tenMillion.set().bytes()).isLessThan(2048);
		System.out.println("10,000,000 in order: " + tenMillion);
	}

	@Test
	void aMillionAlternatingTakeLessThanOneMebibyte() {
		Measured alternating = Measured.of(() -> alternating(1_000_000));
		assertThat(alternating.set().runs()).isEqualTo(1_000_000);
		assertThat(alternating.set().bytes()).isLessThanOrEqualTo(MEBIBYTE);
		// All that was ever allocated to make it, garbage too, so no less than what it
		// takes
		assertThat(alternating.allocated()).isLessThanOrEqualTo(MEBIBYTE);
		System.out.println("1,000,000 alternating: " + alternating);
	}

	@Test
	void aMillionInPairsThatComeInNoOrderTakeNoMore() {
		SequenceRuns set = new SequenceRuns();
		for (long step = 0; step < 500_000; step++) {
			long number = 1 + 3 * (step * 7919 % 500_000);
			set.add(number, number + 1);
		}
		assertThat(set.runs()).isEqualTo(500_000);
		assertThat(set.bytes()).isLessThanOrEqualTo(MEBIBYTE);
	}

	@Test
	void itsOwnWordIsNoUnderstatement() {
		assertThat(retained(SequenceRunsSizeTests::scattered)).isLessThanOrEqualTo(scattered().bytes());
		assertThat(retained(() -> alternating(200_000))).isLessThanOrEqualTo(alternating(200_000).bytes());
		assertThat(retained(() -> everySecondBlock(2000))).isLessThanOrEqualTo(everySecondBlock(2000).bytes());
	}

	@Test
	void itsOwnWordIsNoWildOverstatementEither() {
		assertThat(2 * retained(SequenceRunsSizeTests::scattered)).isGreaterThan(scattered().bytes());
	}

	@Test
	void anEmptyOneIsMadeOfLessThanItSays() {
		Measured.of(SequenceRuns::new);
		Measured empty = Measured.of(SequenceRuns::new);
		assertThat(empty.allocated()).isPositive().isLessThanOrEqualTo(empty.set().bytes());
	}

	private static SequenceRuns inOrder(long count) {
		SequenceRuns set = new SequenceRuns();
		for (long number = 1; number <= count; number++) {
			set.add(number);
		}
		return set;
	}

	private static SequenceRuns alternating(long count) {
		SequenceRuns set = new SequenceRuns();
		for (long number = 0; number < count; number++) {
			set.add(1 + 2 * number);
		}
		return set;
	}

	private static SequenceRuns everySecondBlock(long count) {
		SequenceRuns set = new SequenceRuns();
		for (long block = 0; block < count; block++) {
			set.add(1 + 2 * block * Block.SIZE, (2 * block + 1) * Block.SIZE);
		}
		return set;
	}

	/** The worst: one number in each block. */
	private static SequenceRuns scattered() {
		SequenceRuns set = new SequenceRuns();
		for (long block = 0; block < 2000; block++) {
			set.add(500 + block * Block.SIZE);
		}
		return set;
	}

	/** What one of many takes of the heap after a collection. */
	private static long retained(Supplier<SequenceRuns> maker) {
		SequenceRuns[] kept = new SequenceRuns[COPIES];
		kept[0] = maker.get();
		long before = used();
		for (int copy = 1; copy < COPIES; copy++) {
			kept[copy] = maker.get();
		}
		long taken = used() - before;
		assertThat(kept).doesNotContainNull();
		return taken / (COPIES - 1);
	}

	private static long used() {
		for (int round = 0; round < 3; round++) {
			System.gc();
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	/** A set, and what the thread allocated while it was made. */
	private record Measured(SequenceRuns set, long allocated) {

		static Measured of(Supplier<SequenceRuns> maker) {
			ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
			long before = threads.getCurrentThreadAllocatedBytes();
			SequenceRuns set = maker.get();
			return new Measured(set, threads.getCurrentThreadAllocatedBytes() - before);
		}

		@Override
		public String toString() {
			return this.set.runs() + " runs, " + this.set.bytes() + " bytes, " + this.allocated + " ever allocated";
		}

	}

}
