package dev.waybill.load;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PaceTests {

	private static final long MILLI = 1_000_000;

	@Test
	void isEvenAtARate() {
		Pace pace = Pace.open(7, 1000, 1, Duration.ofSeconds(2), 500);
		assertThat(pace.last() - pace.first()).isEqualTo(2000);
		assertThat(pace.due(499)).isEqualTo(7);
		assertThat(pace.due(500)).isEqualTo(8);
		assertThat(pace.due(500 + MILLI)).isEqualTo(9);
		assertThat(pace.intended(9, 0)).isEqualTo(500 + 2 * MILLI);
		assertThat(pace.due(500 + 10_000 * MILLI)).isEqualTo(2007);
	}

	@Test
	void countsMessagesNotRequests() {
		Pace pace = Pace.open(0, 1000, 100, Duration.ofSeconds(2), 0);
		assertThat(pace.last()).isEqualTo(20);
		assertThat(pace.intended(1, 0)).isEqualTo(100 * MILLI);
	}

	@Test
	void neverHasARequestDueBeforeItsTime() {
		Pace pace = Pace.open(0, 7, 3, Duration.ofHours(1), 123);
		for (long now = 123; now < 123 + 3_600_000 * MILLI; now += 777 * MILLI) {
			long due = pace.due(now);
			assertThat(pace.intended(due - 1, now)).isLessThanOrEqualTo(now);
			assertThat(due == pace.last() || pace.intended(due, now) >= now).isTrue();
		}
	}

	@Test
	void isUnboundedWhereClosed() {
		Pace pace = Pace.closed(5, Duration.ofSeconds(1), 0);
		assertThat(pace.due(1)).isEqualTo(Long.MAX_VALUE);
		assertThat(pace.due(1000 * MILLI)).isEqualTo(5);
		assertThat(pace.intended(6, 42)).isEqualTo(42);
	}

}
