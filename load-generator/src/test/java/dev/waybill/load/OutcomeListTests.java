package dev.waybill.load;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class OutcomeListTests {

	private final OutcomeList list = new OutcomeList();

	@Test
	void holdsTenMillionInAByteEach() {
		int count = 10_000_000;
		for (int i = 0; i < count; i++) {
			this.list.set(i, Outcome.values()[i % 3]);
		}
		for (int i = 0; i < count; i += 7) {
			if (this.list.of(i) != Outcome.values()[i % 3] || this.list.isSeen(i)) {
				throw new AssertionError(i + " is " + this.list.of(i));
			}
		}
		assertThat(this.list.count(Outcome.ACCEPTED)).isEqualTo(3_333_334);
		assertThat(this.list.count(Outcome.REJECTED)).isEqualTo(3_333_333);
		assertThat(this.list.end()).isBetween(10_000_000L, 11_000_000L);
	}

	@Test
	void knowsNothingOfWhatWasNotSent() {
		this.list.set(5, Outcome.UNKNOWN);
		assertThat(this.list.of(4)).isNull();
		assertThat(this.list.of(6_000_000_000_000_000L)).isNull();
		assertThat(this.list.isSeen(6_000_000)).isFalse();
	}

	@Test
	void seesEachOnce() {
		this.list.set(5, Outcome.ACCEPTED);
		assertThat(this.list.see(5)).isTrue();
		assertThat(this.list.see(5)).isFalse();
		assertThat(this.list.of(5)).isEqualTo(Outcome.ACCEPTED);
	}

	@Test
	void takesOneOutcomeForEach() {
		this.list.set(5, Outcome.UNKNOWN);
		assertThatIllegalStateException().isThrownBy(() -> this.list.set(5, Outcome.ACCEPTED))
			.withMessage("message 5 has an outcome");
	}

}
