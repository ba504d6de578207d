package dev.waybill.load;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class KeysTests {

	private final Keys single = new Keys("run-", 0);

	private final Keys batches = new Keys("run-", 100);

	@Test
	void tellsAMessageFromItsId() {
		for (long number : new long[] { 0, 9, 99, 100, 12_345, 999_999_999_999L }) {
			assertThat(this.single.numberOf(this.single.ofMessage(number))).isEqualTo(number);
		}
		for (long number : new long[] { 0, 9, 99, 100, 12_345, 99_999_999 }) {
			assertThat(this.batches.numberOf(this.batches.ofMessage(number))).isEqualTo(number);
		}
		assertThat(this.single.ofMessage(17)).isEqualTo("run-17").isEqualTo(this.single.ofRequest(17));
		assertThat(this.batches.ofMessage(1705)).isEqualTo(this.batches.ofRequest(17) + "/5");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "run", "run-", "run-01", "run--1", "run-1/0", "run-x", "other-1", "run-1 ",
			"run-99999999999999999999" })
	void knowsNoOtherId(String id) {
		assertThat(this.single.numberOf(id)).isNegative();
	}

	@ParameterizedTest
	@ValueSource(strings = { "run-1", "run-1/", "run-1/100", "run-1/05", "run-/5", "run-1/5/5", "other-1/5" })
	void knowsNoOtherIdOfALine(String id) {
		assertThat(this.batches.numberOf(id)).isNegative();
	}

	@Test
	void areNoOtherRuns() {
		assertThat(Keys.random(0).prefix()).isNotEqualTo(Keys.random(0).prefix());
		// A message of the smallest size must have room for the longest id.
		assertThat(Keys.random(1000).ofMessage(999_999_999).length()).isLessThan(64 - 21);
	}

}
