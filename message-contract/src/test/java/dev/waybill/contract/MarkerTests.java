package dev.waybill.contract;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class MarkerTests {

	private static final byte[] EMPTY = {};

	@Test
	void theHeaderIsThatOfTheContract() {
		assertThat(Marker.HEADER).isEqualTo("waybill-marker");
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE })
	void readsItsNumber(long number) {
		assertThat(Marker.numberOf("host-1", Map.of("waybill-marker", number), EMPTY)).isEqualTo(number);
		// The broker adds headers of its own on the road
		assertThat(Marker.numberOf("host-1", Map.of("waybill-marker", number, "x-death", "any"), EMPTY))
			.isEqualTo(number);
	}

	@Test
	void isNoneWithABody() {
		assertThat(Marker.numberOf("host-1", Map.of("waybill-marker", 1L), new byte[] { 0 })).isNull();
	}

	@Test
	void isNoneWithoutANumberOfItsType() {
		assertThat(Marker.numberOf("host-1", null, EMPTY)).isNull();
		assertThat(Marker.numberOf("host-1", Map.of(), EMPTY)).isNull();
		assertThat(Marker.numberOf("host-1", Map.of("waybill-marker", 1), EMPTY)).isNull();
		assertThat(Marker.numberOf("host-1", Map.of("waybill-marker", "1"), EMPTY)).isNull();
	}

	@Test
	void isNoneWithASourceSinceThenItIsAMessage() {
		assertThat(Marker.numberOf("host-1", Map.of("waybill-marker", 1L, "waybill-source", 1L), EMPTY)).isNull();
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", "no such name" })
	void isNoneWhereNobodyCouldBeAnswered(@Nullable String appId) {
		assertThat(Marker.numberOf(appId, Map.of("waybill-marker", 1L), EMPTY)).isNull();
	}

}
