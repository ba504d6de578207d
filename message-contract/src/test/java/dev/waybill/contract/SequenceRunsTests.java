package dev.waybill.contract;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SequenceRunsTests {

	private static final long MAX = SequenceRuns.MAX;

	private final SequenceRuns numbers = new SequenceRuns();

	@Test
	void anEmptyOneHasNothing() {
		assertThat(this.numbers.isEmpty()).isTrue();
		assertThat(this.numbers.size()).isZero();
		assertThat(this.numbers.runs()).isZero();
		assertThat(this.numbers.first()).isZero();
		assertThat(this.numbers.last()).isZero();
		assertThat(this.numbers.firstMissing()).isEqualTo(1);
		assertThat(this.numbers.contains(1)).isFalse();
		assertThat(this.numbers.count(1, MAX)).isZero();
		assertThat(this.numbers.remove(1, MAX)).isZero();
		assertThat(this.numbers.complement(0).isEmpty()).isTrue();
		assertThat(this.numbers.complement(5)).hasToString("1-5");
		assertThat(this.numbers).hasToString("").isEqualTo(new SequenceRuns());
	}

	@Test
	void joinsWhatTouchesAcrossBlocks() {
		for (long number = 1; number <= 5000; number++) {
			assertThat(this.numbers.add(number)).isTrue();
		}
		assertThat(this.numbers).hasToString("1-5000");
		assertThat(this.numbers.remove(2000, 3000)).isEqualTo(1001);
		assertThat(this.numbers).hasToString("1-1999, 3001-5000");
		assertThat(this.numbers.complement(6000)).hasToString("2000-3000, 5001-6000");
		assertThat(this.numbers.firstMissing()).isEqualTo(2000);
	}

	@Test
	void tellsWhatIsNewFromWhatIsNot() {
		assertThat(this.numbers.add(7)).isTrue();
		assertThat(this.numbers.add(7)).isFalse();
		assertThat(this.numbers.add(1, 10)).isEqualTo(9);
		assertThat(this.numbers.add(5, 3000)).isEqualTo(2990);
		assertThat(this.numbers.add(1024)).isFalse();
		assertThat(this.numbers.remove(1024)).isTrue();
		assertThat(this.numbers.remove(1024)).isFalse();
		SequenceRuns other = new SequenceRuns();
		other.add(1020, 1030);
		other.add(4000);
		assertThat(this.numbers.addAll(other)).isEqualTo(2);
		assertThat(this.numbers.removeAll(other)).isEqualTo(12);
		assertThat(this.numbers).hasToString("1-1019, 1031-3000");
	}

	@Test
	void holdsAllThereAreInNoTimeAndSpace() {
		assertThat(this.numbers.add(1, MAX)).isEqualTo(MAX);
		assertThat(this.numbers.add(1, MAX)).isZero();
		assertThat(this.numbers.runs()).isEqualTo(1);
		assertThat(this.numbers.last()).isEqualTo(MAX);
		assertThat(this.numbers.firstMissing()).isEqualTo(MAX + 1);
		assertThat(this.numbers.remove(MAX / 2)).isTrue();
		assertThat(this.numbers.size()).isEqualTo(MAX - 1);
		assertThat(this.numbers.count(2, MAX - 1)).isEqualTo(MAX - 3);
		assertThat(this.numbers.complement(MAX)).hasToString(String.valueOf(MAX / 2));
		assertThat(this.numbers.complement(MAX).complement(MAX)).isEqualTo(this.numbers);
		assertThat(this.numbers.intersection(this.numbers)).isEqualTo(this.numbers);
		assertThat(this.numbers.bytes()).isLessThan(2048);
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MIN_VALUE, -1, 0, SequenceRuns.MAX + 1, Long.MAX_VALUE })
	void refusesWhatIsNoNumberButKnowsThatItIsNotThere(long number) {
		this.numbers.add(1, MAX);
		assertThat(this.numbers.contains(number)).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> this.numbers.add(number));
		assertThatIllegalArgumentException().isThrownBy(() -> this.numbers.remove(number));
		assertThat(this.numbers.size()).isEqualTo(MAX);
	}

	@ParameterizedTest
	@CsvSource({ "2, 1", "0, 1", "1, 4611686018427387905", "-5, -1" })
	void refusesWhatIsNoRun(long first, long last) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.numbers.add(first, last));
		assertThatIllegalArgumentException().isThrownBy(() -> this.numbers.remove(first, last));
		assertThatIllegalArgumentException().isThrownBy(() -> this.numbers.count(first, last));
		assertThat(this.numbers.isEmpty()).isTrue();
	}

	@Test
	void stopsWhenTheVisitorHasSeenEnough() {
		this.numbers.add(1, 3);
		this.numbers.add(5, 5000);
		this.numbers.add(6000);
		this.numbers.add(8000);
		for (int wanted = 1; wanted <= 4; wanted++) {
			List<Long> seen = new ArrayList<>();
			int most = wanted;
			this.numbers.forEachRun((first, last) -> {
				seen.add(first);
				return seen.size() < most;
			});
			assertThat(seen).isEqualTo(List.of(1L, 5L, 6000L, 8000L).subList(0, wanted));
		}
	}

	@Test
	void isTakenTogetherWithItself() {
		this.numbers.add(10, 5000);
		assertThat(this.numbers.addAll(this.numbers)).isZero();
		assertThat(this.numbers.intersection(this.numbers)).isEqualTo(this.numbers).isNotSameAs(this.numbers);
		assertThat(this.numbers.removeAll(this.numbers)).isEqualTo(4991);
		assertThat(this.numbers.isEmpty()).isTrue();
	}

	@Test
	void equalSetsAreEqualHoweverTheyWereMade() {
		SequenceRuns other = new SequenceRuns();
		other.add(1, 10_000);
		other.remove(3000, 10_000);
		for (long number = 2999; number >= 1; number--) {
			this.numbers.add(number);
		}
		assertThat(this.numbers).isEqualTo(other).hasSameHashCodeAs(other);
		other.add(3001);
		assertThat(this.numbers).isNotEqualTo(other);
	}

}
