package dev.waybill.producer.ledger;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.contract.SequenceRuns;
import dev.waybill.producer.ledger.DeliveryLedger.NumberState;
import dev.waybill.producer.ledger.DeliveryLedger.Totals;
import org.junit.jupiter.api.Test;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

import static org.assertj.core.api.Assertions.assertThat;

/** How many sources a ledger keeps, what of them, and what it costs. */
class SourcesTests {

	private static final long MILLION = 1_000_000;

	private final DeliveryLedger ledger = memory();

	private long receipts;

	@Test
	void ofASealedSourceItIsStillKnownWhatIsNotProcessed() {
		LaneAccount lane = this.ledger.open(1);
		accept(lane, 5);
		lane.rejected(lane.next());
		lane.unknown(lane.next());
		receive(new Run(Kind.PROCESSED, 1, 1, 4), new Run(Kind.DEAD_LETTERED, 1, 5, 5));
		lane.end();
		Totals sealed = this.ledger.totals();
		assertThat(List.of(sealed.processed(), sealed.deadLettered(), sealed.unknown(), sealed.recovered()))
			.containsExactly(4L, 1L, 1L, 0L);
		receive(new Run(Kind.PROCESSED, 1, 1, 7));
		Totals late = this.ledger.totals();
		assertThat(this.ledger.stateOf(1, 7)).isEqualTo(NumberState.PROCESSED);
		assertThat(List.of(late.processed(), late.deadLettered(), late.recovered(), late.unknown()))
			.as("a dead letter that was processed after all, and an unknown")
			.containsExactly(6L, 0L, 1L, 1L);
		assertThat(List.of(late.duplicates(), late.unexpected())).as("four again, one rejected")
			.containsExactly(4L, 1L);
	}

	@Test
	void aLaneThatFlapsLeavesTenThousandSourcesAndWhatWasPendingInTheOldestIsUnaudited() {
		LoggingSystem.get(getClass().getClassLoader()).setLogLevel(DeliveryLedger.class.getName(), LogLevel.OFF);
		for (int i = 0; i < 12_000; i++) {
			LaneAccount lane = this.ledger.open(i);
			accept(lane, 2);
			lane.end();
			receive(new Run(Kind.PROCESSED, i, 1, 1));
		}
		LoggingSystem.get(getClass().getClassLoader()).setLogLevel(DeliveryLedger.class.getName(), null);
		Totals totals = this.ledger.totals();
		assertThat(totals.sources()).isEqualTo(10_000);
		assertThat(totals.unaudited()).isEqualTo(2_000);
		assertThat(totals.pending()).isEqualTo(10_000);
		assertThat(totals.accepted()).isEqualTo(24_000);
		receive(new Run(Kind.PROCESSED, 0, 2, 2));
		assertThat(this.ledger.totals().foreign()).as("of a source that is forgotten").isEqualTo(1);
		assertThat(this.ledger.bytes()).isLessThan(64L << 20);
	}

	@Test
	void aMillionPendingTakeLittleWhetherTheyLieTogetherOrNot() {
		for (long step : new long[] { 1, 2 }) {
			System.gc();
			long before = used();
			DeliveryLedger large = memory();
			LaneAccount lane = large.open(7);
			accept(lane, step * MILLION);
			for (long number = 2; step == 2 && number <= step * MILLION; number += 2) {
				large.merge(new Receipt(1, number / 2, List.of(new Run(Kind.PROCESSED, 7, number, number)), List.of(),
						List.of()));
			}
			assertThat(large.totals().pending()).isEqualTo(MILLION);
			System.gc();
			long heap = used() - before;
			System.out.printf("A million pending, every %d.: %,d bytes by its own count, %,d more heap used%n", step,
					large.bytes(), heap);
			assertThat(large.bytes()).isLessThan(64L << 20);
			assertThat(heap).isLessThan(64L << 20);
			assertThat(lane.source()).isEqualTo(7); // or it could have been collected
		}
	}

	/** Processor time of this thread, which is the only one at work. */
	@Test
	void receiptsOfAHundredConsumersTakeLessThanATenthOfACoreAtTenThousandMessagesASecond() {
		DeliveryLedger busy = memory();
		LaneAccount lane = busy.open(7);
		int messages = 400_000;
		accept(lane, messages);
		List<Receipt> all = interleaved(messages);
		all.subList(0, all.size() / 2).forEach(busy::merge);
		long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
		all.subList(all.size() / 2, all.size()).forEach(busy::merge);
		double nanosEach = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before) / (messages / 2.0);
		System.out.printf("Merging single numbers of 100 consumers: %.0f ns each, %.2f %% of a core at 10,000/s%n",
				nanosEach, nanosEach * 10_000 / 1e7);
		assertThat(busy.totals().processed()).isEqualTo(messages);
		assertThat(nanosEach * 10_000 / 1e9).isLessThan(0.1);
	}

	@Test
	void absurdRunsAreCountedAndChangeNothing() {
		LaneAccount lane = this.ledger.open(1);
		accept(lane, 3);
		receive(new Run(Kind.PROCESSED, 1, 4, SequenceRuns.MAX), new Run(Kind.HELD, 1, 4, SequenceRuns.MAX),
				new Run(Kind.DEAD_LETTERED, 99, 1, SequenceRuns.MAX));
		Totals totals = this.ledger.totals();
		assertThat(totals.pending()).isEqualTo(3);
		assertThat(totals.processed()).isZero();
		assertThat(totals.unexpected()).isEqualTo(2 * (SequenceRuns.MAX - 3));
		assertThat(totals.foreign()).isEqualTo(SequenceRuns.MAX);
	}

	/** As they come when the broker hands messages to each of 100 in turn. */
	private static List<Receipt> interleaved(int messages) {
		List<Receipt> all = new ArrayList<>();
		Random random = new Random(1);
		for (int block = 0; block < messages; block += 10_000) {
			for (int consumer = 0; consumer < 100; consumer++) {
				List<Run> runs = new ArrayList<>();
				for (int i = 0; i < 100; i++) {
					long number = block + 1 + consumer + 100L * i;
					runs.add(new Run(Kind.PROCESSED, 7, number, number));
				}
				all.add(new Receipt(random.nextLong(), 1, runs, List.of(), List.of()));
			}
		}
		return all;
	}

	private static DeliveryLedger memory() {
		return new DeliveryLedger.Builder(Duration.ofSeconds(90), Duration.ofSeconds(30), true).inMemory();
	}

	private static void accept(LaneAccount lane, long count) {
		for (long i = 0; i < count; i++) {
			lane.accepted(lane.next());
		}
	}

	private void receive(Run... runs) {
		this.ledger.merge(new Receipt(5, ++this.receipts, List.of(runs), List.of(), List.of()));
	}

	private static long used() {
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

}
