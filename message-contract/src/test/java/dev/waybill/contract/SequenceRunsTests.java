package dev.waybill.contract;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SequenceRunsTests {

	@Test
	void joinsWhatTouchesAcrossBlocks() {
		SequenceRuns runs = new SequenceRuns();
		for (long number = 1; number <= 5000; number++) {
			assertThat(runs.add(number)).isTrue();
		}
		assertThat(runs).hasToString("1-5000");
		assertThat(runs.remove(2000, 3000)).isEqualTo(1001);
		assertThat(runs).hasToString("1-1999, 3001-5000");
		assertThat(runs.complement(6000)).hasToString("2000-3000, 5001-6000");
		assertThat(runs.firstMissing()).isEqualTo(2000);
	}

}
