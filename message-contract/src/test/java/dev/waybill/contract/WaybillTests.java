package dev.waybill.contract;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.amqp.core.MessageProperties;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class WaybillTests {

	private final Waybill waybill = new Waybill("host-1", -2, 7, 1_700_000_000_000_001L, false);

	@Test
	void writesTheHeadersOfTheContractWithTheirTypes() {
		MessageProperties properties = written(this.waybill);
		assertThat(properties.getAppId()).isEqualTo("host-1");
		assertThat(properties.getHeaders()).containsExactlyInAnyOrderEntriesOf(
				Map.of("waybill-source", -2L, "waybill-sequence", 7L, "waybill-accepted-at", 1_700_000_000_000_001L));
	}

	@Test
	void saysWhetherItIsARetryOnlyWhenItIs() {
		Waybill retry = new Waybill("host-1", 1, 1, 1, true);
		assertThat(written(retry).getHeaders()).containsEntry("waybill-retry", true);
		assertThat(written(this.waybill).getHeaders()).doesNotContainKey("waybill-retry");
	}

	@Test
	void readsWhatItWrote() {
		assertThat(read(written(this.waybill))).isEqualTo(this.waybill);
		Waybill retry = new Waybill("a", Long.MIN_VALUE, SequenceRuns.MAX, -1, true);
		assertThat(read(written(retry))).isEqualTo(retry);
	}

	@ParameterizedTest
	@MethodSource
	void isNoneWhereAnythingOfItIsMissingOrOfAnotherType(Consumer<MessageProperties> damage) {
		MessageProperties properties = written(this.waybill);
		damage.accept(properties);
		assertThat(read(properties)).isNull();
	}

	static Stream<Consumer<MessageProperties>> isNoneWhereAnythingOfItIsMissingOrOfAnotherType() {
		return Stream.of((one) -> one.setAppId(null), (one) -> one.setAppId("no such name"),
				(one) -> one.getHeaders().remove("waybill-source"), (one) -> one.setHeader("waybill-source", 1),
				(one) -> one.setHeader("waybill-source", "1"), (one) -> one.getHeaders().remove("waybill-sequence"),
				(one) -> one.setHeader("waybill-sequence", 0L),
				(one) -> one.setHeader("waybill-sequence", SequenceRuns.MAX + 1),
				(one) -> one.setHeader("waybill-sequence", 1.0),
				(one) -> one.getHeaders().remove("waybill-accepted-at"),
				(one) -> one.setHeader("waybill-accepted-at", new HashMap<>()));
	}

	@Test
	void isNoneOfAMessageOfAForeignProgram() {
		assertThat(read(new MessageProperties())).isNull();
		assertThat(Waybill.of("host-1", null)).isNull();
		assertThat(Waybill.of(null, null)).isNull();
	}

	@Test
	void showsASourceInSixteenHexDigits() {
		assertThat(this.waybill.sourceText()).isEqualTo("fffffffffffffffe");
		assertThat(Waybill.sourceText(10)).isEqualTo("000000000000000a");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a b", "a/b", "\u00e4", "a\n",
			"0123456789012345678901234567890123456789012345678901234567890123x" })
	void refusesAnInstanceOfAnotherForm(String instance) {
		assertThat(Waybill.isInstance(instance)).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> new Waybill(instance, 1, 1, 1, false));
	}

	@Test
	void numbersBeginAtOneAndEndWhereReceiptsDo() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Waybill("a", 1, 0, 1, false));
		assertThatIllegalArgumentException().isThrownBy(() -> new Waybill("a", 1, SequenceRuns.MAX + 1, 1, false));
	}

	private static @Nullable Waybill read(MessageProperties properties) {
		return Waybill.of(properties.getAppId(), properties.getHeaders());
	}

	private static MessageProperties written(Waybill waybill) {
		MessageProperties properties = new MessageProperties();
		waybill.writeTo(properties);
		return properties;
	}

}
