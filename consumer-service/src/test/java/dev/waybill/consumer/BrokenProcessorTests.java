package dev.waybill.consumer;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BrokenProcessorTests {

	private final BrokenProcessor processor = new BrokenProcessor(new ConsumerMetrics(new SimpleMeterRegistry()));

	@Test
	void isBrokenAfterTwentyFailuresInARowAtTenMessages() {
		for (int i = 1; i < 20; i++) {
			assertThat(this.processor.failed("m" + i % 10, 1 + i / 10)).isFalse();
		}
		assertThat(this.processor.failed("m0", 3)).isTrue();
		assertThat(this.processor.isBroken()).isTrue();
		assertThat(this.processor.failed("m1", 3)).isFalse();
	}

	@Test
	void isNotBrokenByFewPoisons() {
		for (int i = 0; i < 100; i++) {
			assertThat(this.processor.failed("m" + i % 9, 1 + i / 9)).isFalse();
		}
	}

	@Test
	void isBrokenByEqualMessagesWithoutIdsToo() {
		for (int i = 1; i < 20; i++) {
			assertThat(this.processor.failed("null/Hello World!", 1)).isFalse();
		}
		assertThat(this.processor.failed("null/Hello World!", 2)).isTrue();
	}

	@Test
	void isNotBrokenByFewEqualPoisonsWithoutIds() {
		for (int i = 0; i < 100; i++) {
			assertThat(this.processor.failed("null/poison", 1 + i / 9)).isFalse();
		}
	}

	@Test
	void isNotBrokenWhileOneAttemptInTwentySucceeds() {
		for (int i = 0; i < 100; i++) {
			if (i % 19 == 0) {
				this.processor.judged();
			}
			assertThat(this.processor.failed("m" + i, 1)).isFalse();
		}
	}

	@Test
	void isNotBrokenByFirstAttemptsWhileLaterOnesSucceed() {
		this.processor.laterOneSucceeded();
		for (int i = 0; i < 100; i++) {
			assertThat(this.processor.failed("m" + i, 1)).isFalse();
		}
		for (int i = 0; i < 19; i++) {
			assertThat(this.processor.failed("m" + i, (i == 0) ? 2 : 1)).isFalse();
		}
		assertThat(this.processor.failed("m19", 1)).isTrue();
	}

	@Test
	void pausesLongerAfterEachTrialUpToHalfAMinute() {
		assertThat(new long[] { pause(), pause(), pause(), pause(), pause(), pause(), pause() }).containsExactly(1, 2,
				4, 8, 16, 30, 30);
		this.processor.judged();
		assertThat(pause()).isEqualTo(1);
	}

	private long pause() {
		return this.processor.nextPause().toSeconds();
	}

}
