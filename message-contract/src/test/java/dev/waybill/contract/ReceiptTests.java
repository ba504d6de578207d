package dev.waybill.contract;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class ReceiptTests {

	private static final long MAX = SequenceRuns.MAX;

	@Test
	void readsWhatItWrites() throws Exception {
		Receipt receipt = new Receipt(-7, MAX,
				List.of(new Run(Kind.PROCESSED, 1, 1, 5), new Run(Kind.PROCESSED, 1, 8, MAX),
						new Run(Kind.DUPLICATE, 1, 2, 2), new Run(Kind.DEAD_LETTERED, 0, MAX, MAX),
						new Run(Kind.HELD, Long.MIN_VALUE, 1, MAX)),
				List.of(9L, Long.MIN_VALUE, 9L), List.of(new Reading(1, 1, 1000, 900, 2000),
						new Reading(1, MAX, Long.MAX_VALUE, Long.MIN_VALUE, 5), new Reading(2, 7, -1, 0, 0)));
		assertThat(Receipt.decode(receipt.encode())).isEqualTo(receipt);
	}

	@Test
	void mayHaveNothingToSayButItsNumber() throws Exception {
		Receipt empty = new Receipt(1, 1, List.of(), List.of(), List.of());
		assertThat(Receipt.decode(empty.encode())).isEqualTo(empty);
		assertThat(empty.encode()).hasSize(4 + 1 + 2 + 9 + 4);
	}

	@Test
	void sortsAndJoinsRunsOfOneKindAndSource() throws Exception {
		Receipt written = receipt(new Run(Kind.PROCESSED, 1, 5, 5), new Run(Kind.HELD, 1, 3, 3),
				new Run(Kind.PROCESSED, 1, 1, 2), new Run(Kind.PROCESSED, 2, 3, 3), new Run(Kind.PROCESSED, 1, 3, 4));
		assertThat(Receipt.decode(written.encode()).runs()).containsExactly(new Run(Kind.PROCESSED, 1, 1, 5),
				new Run(Kind.PROCESSED, 2, 3, 3), new Run(Kind.HELD, 1, 3, 3));
	}

	@Test
	void tellsOfANumberAsOftenAsItWasDelivered() throws Exception {
		Receipt written = receipt(new Run(Kind.DUPLICATE, 1, 4, 4), new Run(Kind.DUPLICATE, 1, 4, 4),
				new Run(Kind.DUPLICATE, 1, 1, 9), new Run(Kind.PROCESSED, 1, 4, 4));
		Map<String, Integer> told = told(Receipt.decode(written.encode()));
		assertThat(told).containsEntry("DUPLICATE 1 4", 3)
			.containsEntry("DUPLICATE 1 5", 1)
			.containsEntry("PROCESSED 1 4", 1)
			.hasSize(10);
	}

	@Test
	void saysTheSameAfterTheJourneyWhateverItSays() throws Exception {
		Seed seed = Seed.next();
		Random random = seed.random();
		for (int round = 0; round < 5000; round++) {
			Receipt written = Some.receipt(random);
			Receipt read = Receipt.decode(written.encode());
			assertThat(told(read)).as("%s, round %d", seed, round).isEqualTo(told(written));
			assertThat(read.sender()).isEqualTo(written.sender());
			assertThat(read.number()).isEqualTo(written.number());
			assertThat(read.markers()).isEqualTo(written.markers());
			assertThat(read.readings()).containsExactlyInAnyOrderElementsOf(written.readings());
		}
	}

	@Test
	void refusesWhatHasNoFormOnTheWire() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Run(Kind.HELD, 1, 0, 1));
		assertThatIllegalArgumentException().isThrownBy(() -> new Run(Kind.HELD, 1, 2, 1));
		assertThatIllegalArgumentException().isThrownBy(() -> new Run(Kind.HELD, 1, 1, MAX + 1));
		assertThatIllegalArgumentException().isThrownBy(() -> new Reading(1, 0, 1, 1, 1));
		assertThatIllegalArgumentException().isThrownBy(() -> new Reading(1, MAX + 1, 1, 1, 1));
		assertThatIllegalArgumentException().isThrownBy(() -> new Receipt(1, 0, List.of(), List.of(), List.of()));
		assertThatNullPointerException()
			.isThrownBy(() -> new Receipt(1, 1, Collections.singletonList(null), List.of(), List.of()));
	}

	@Test
	void holdsSoManyEntriesAndNoMore() throws Exception {
		List<Run> runs = new ArrayList<>();
		for (int run = 0; run < Receipt.MAX_ENTRIES - 1; run++) {
			runs.add(new Run(Kind.PROCESSED, run, MAX, MAX));
		}
		Receipt full = new Receipt(1, 1, runs, List.of(1L), List.of());
		byte[] bytes = full.encode();
		assertThat(Receipt.decode(bytes)).isEqualTo(full);
		assertThat(bytes.length).isLessThan(1 << 20);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Receipt(1, 1, runs, List.of(1L), List.of(new Reading(1, 1, 1, 1, 1))))
			.withMessageContaining("10001");
	}

	private static Receipt receipt(Run... runs) {
		return new Receipt(1, 1, List.of(runs), List.of(), List.of());
	}

	/** How often each number of each source is told, by kind. */
	private static Map<String, Integer> told(Receipt receipt) {
		Map<String, Integer> told = new TreeMap<>();
		for (Run run : receipt.runs()) {
			for (long number = run.first(); number <= run.last(); number++) {
				told.merge(run.kind() + " " + run.source() + " " + number, 1, Integer::sum);
			}
		}
		return told;
	}

}
