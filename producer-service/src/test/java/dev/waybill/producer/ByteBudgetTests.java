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

}
