package dev.waybill.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;

/** Receipts to test with. */
final class Some {

	private Some() {
	}

	/** Of all kinds, of few sources, with numbers near each other and the borders. */
	static Receipt receipt(Random random) {
		List<Run> runs = new ArrayList<>();
		for (int run = random.nextInt(20); run > 0; run--) {
			long first = number(random);
			long last = Math.min(SequenceRuns.MAX, first + random.nextInt(4));
			runs.add(new Run(Kind.values()[random.nextInt(4)], source(random), first, last));
		}
		List<Long> markers = new ArrayList<>();
		for (int marker = random.nextInt(3); marker > 0; marker--) {
			markers.add(random.nextLong());
		}
		List<Reading> readings = new ArrayList<>();
		for (int reading = random.nextInt(10); reading > 0; reading--) {
			readings.add(new Reading(source(random), number(random), time(random), time(random), time(random)));
		}
		return new Receipt(random.nextLong(), number(random), runs, markers, readings);
	}

	/** What a batch in a healthy pair comes to: a hundred in order, with all readings. */
	static Receipt hundredInOrder(long first) {
		Random random = new Random(1);
		List<Run> runs = new ArrayList<>();
		List<Reading> readings = new ArrayList<>();
		long acceptedAt = 1_764_000_000_000_000L;
		for (long number = first; number < first + 100; number++) {
			acceptedAt += random.nextInt(200);
			long receivedAt = acceptedAt + 4000 + random.nextInt(2000);
			runs.add(new Run(Kind.PROCESSED, 0x7edcba9876543210L, number, number));
			readings.add(new Reading(0x7edcba9876543210L, number, acceptedAt, receivedAt,
					receivedAt + 100 + random.nextInt(2000)));
		}
		return new Receipt(random.nextLong(), first / 100, runs, List.of(), readings);
	}

	private static long source(Random random) {
		return random.nextInt(3) - 1;
	}

	private static long number(Random random) {
		return random.nextInt(5) > 0 ? 1 + random.nextInt(30) : SequenceRuns.MAX - random.nextInt(5);
	}

	private static long time(Random random) {
		return random.nextInt(5) > 0 ? 1_764_000_000_000_000L + random.nextInt(1_000_000) : random.nextLong();
	}

}
