package dev.waybill.contract;

import java.util.Random;

/**
 * Random numbers that are others in each run, and the same again with
 * {@code -Dwaybill.test.seed=…}.
 */
record Seed(long number) {

	static Seed next() {
		Seed seed = new Seed(Long.getLong("waybill.test.seed", new Random().nextInt(1_000_000_000)));
		System.out.println(seed);
		return seed;
	}

	Random random() {
		return new Random(this.number);
	}

	@Override
	public String toString() {
		return "-Dwaybill.test.seed=" + this.number;
	}

}
