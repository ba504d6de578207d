package dev.waybill.producer;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ByteBudgetTests {

	@Test
	void givesUpToItsLimitAndNotAByteMore() {
		ByteBudget budget = new ByteBudget(100);
		assertThat(budget.tryTake(60)).isTrue();
		assertThat(budget.tryTake(41)).isFalse();
		assertThat(budget.taken()).isEqualTo(60);
		assertThat(budget.tryTake(40)).isTrue();
		assertThat(budget.tryTake(1)).isFalse();
		assertThat(budget.tryTake(0)).isTrue();
		budget.giveBack(100);
		assertThat(budget.taken()).isZero();
	}

	@Test
	void holdsAgainstManyAtOnce() {
		ByteBudget budget = new ByteBudget(1000);
		AtomicLong given = new AtomicLong();
		IntStream.range(0, 10_000).parallel().forEach((i) -> {
			if (budget.tryTake(7)) {
				given.addAndGet(7);
			}
		});
		assertThat(given.get()).isPositive().isLessThanOrEqualTo(1000).isEqualTo(budget.taken());
	}

	@Test
	void aBodyGivesBackWhatItDoesNotNeed() {
		ByteBudget budget = new ByteBudget(100);
		ByteBudget.Part one = budget.part();
		assertThat(one.tryTake(60)).isTrue();
		assertThat(one.tryTake(30)).isTrue();
		ByteBudget.Part other = budget.part();
		assertThat(other.tryTake(11)).isFalse();
		one.giveBackAllBut(70);
		assertThat(budget.taken()).isEqualTo(70);
		assertThat(other.tryTake(30)).isTrue();
		one.giveBackAllBut(0);
		other.giveBackAllBut(0);
		assertThat(budget.taken()).isZero();
	}

}
