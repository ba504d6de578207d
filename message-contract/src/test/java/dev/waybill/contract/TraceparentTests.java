package dev.waybill.contract;

import com.rabbitmq.client.impl.LongStringHelper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TraceparentTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String SPAN = "00f067aa0ba902b7";

	private static final String EXAMPLE = "00-" + TRACE + "-" + SPAN + "-01";

	@Test
	void theHeaderIsThatOfTheStandard() {
		assertThat(Traceparent.HEADER).isEqualTo("traceparent");
	}

	@Test
	void readsAndWritesTheExampleOfTheStandard() {
		Traceparent read = Traceparent.of(EXAMPLE);
		assertThat(read).isEqualTo(new Traceparent(TRACE, SPAN, true));
		assertThat(new Traceparent(TRACE, SPAN, true).text()).isEqualTo(EXAMPLE).hasSize(55);
		assertThat(new Traceparent(TRACE, SPAN, false).text()).isEqualTo("00-" + TRACE + "-" + SPAN + "-00");
	}

	@Test
	void readsItAsTheAmqpClientGivesIt() {
		assertThat(Traceparent.of(LongStringHelper.asLongString(EXAMPLE)))
			.isEqualTo(new Traceparent(TRACE, SPAN, true));
	}

	@Test
	void knowsOfTheFlagsTheOneThatTheStandardHas() {
		assertThat(Traceparent.of("00-" + TRACE + "-" + SPAN + "-fe")).isEqualTo(new Traceparent(TRACE, SPAN, false));
		assertThat(Traceparent.of("00-" + TRACE + "-" + SPAN + "-03")).isEqualTo(new Traceparent(TRACE, SPAN, true));
	}

	@Test
	void takesALaterVersionOfTheSameLength() {
		assertThat(Traceparent.of("cc-" + TRACE + "-" + SPAN + "-01")).isEqualTo(new Traceparent(TRACE, SPAN, true));
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", "x", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
			"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011",
			"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
			" 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
			"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
			"0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
			"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
			"00-00000000000000000000000000000000-00f067aa0ba902b7-01",
			"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
			"00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
			"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
			"00-4bf92f3577b34da6a3ce929d0e0e473\u0664-00f067aa0ba902b7-01",
			"00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01" })
	void isNoneWhereItIsMalformed(@Nullable String header) {
		assertThat(Traceparent.of(header)).isNull();
	}

	@Test
	void isNoneWhereItIsNoText() {
		assertThat(Traceparent.of(1L)).isNull();
		assertThat(Traceparent.of(EXAMPLE.getBytes())).isNull();
		assertThat(Traceparent.of(LongStringHelper.asLongString("x".repeat(100_000)))).isNull();
	}

	@Test
	void takesOverWhatATracerKnows() {
		assertThat(Traceparent.of(TRACE, SPAN, true)).isEqualTo(new Traceparent(TRACE, SPAN, true));
		assertThat(Traceparent.of(SPAN, SPAN, false))
			.isEqualTo(new Traceparent("0000000000000000" + SPAN, SPAN, false));
		assertThat(Traceparent.of("", "", false)).isNull();
	}

	@Test
	void isNeverMadeOfAnythingElse() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Traceparent(SPAN, SPAN, true));
		assertThatIllegalArgumentException().isThrownBy(() -> new Traceparent(TRACE, "", true));
	}

}
