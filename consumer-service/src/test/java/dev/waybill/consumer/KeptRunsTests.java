package dev.waybill.consumer;

import java.util.HashSet;
import java.util.Set;

import dev.waybill.contract.Receipt.Kind;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KeptRunsTests {

	private final KeptRuns kept = new KeptRuns();

	@Test
	void whatComesInOrderIsKeptAsARunHoweverLong() {
		for (long n = 1; n <= 1_000_000; n++) {
			this.kept.add("p", Kind.PROCESSED, 1, n);
		}
		assertThat(this.kept.isFull()).isFalse();
		KeptRuns.Part part = this.kept.take(5_000);
		assertThat(part).isNotNull();
		assertThat(part.runs()).singleElement().satisfies((run) -> assertThat(run.last()).isEqualTo(1_000_000));
		assertThat(this.kept.isEmpty()).isTrue();
	}

	@Test
	void isFullAtSixteenMebibytesAndHasRoomAgainWhenItHasBeenTold() {
		long added = 0;
		while (!this.kept.isFull()) {
			// Nothing costs more than numbers that are far apart.
			this.kept.add("p", Kind.PROCESSED, 1, ++added * 1_000_000);
			assertThat(added).isLessThan(1_000_000);
		}
		assertThat(added).isGreaterThan(10_000);
		Set<Long> told = new HashSet<>();
		for (KeptRuns.Part part = this.kept.take(5_000); part != null; part = this.kept.take(5_000)) {
			assertThat(part.runs()).hasSizeLessThanOrEqualTo(5_000);
			part.runs().forEach((run) -> told.add(run.first()));
		}
		assertThat(told).hasSize((int) added);
		assertThat(this.kept.isEmpty()).isTrue();
		assertThat(this.kept.isFull()).isFalse();
	}

}
