package dev.waybill.consumer;

import java.util.HashMap;
import java.util.Map;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.waybill.contract.DeadLetter;
import dev.waybill.contract.Traceparent;
import dev.waybill.contract.Waybill;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeadLetterCopyTests {

	private static final int FRAME = 131_072;

	private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

	@Test
	void keepsWhatFitsAndDropsTheLargestForeignHeadersFirst() throws Exception {
		Map<String, Object> headers = new HashMap<>(Outbox.waybilled("id", 3).build().getHeaders());
		headers.put("huge", "x".repeat(130_000));
		headers.put("large", "x".repeat(90_000));
		headers.put("small", "x");
		BasicProperties copy = copy(headers, "why").properties(FRAME);
		assertThat(copy.getHeaders())
			.containsKeys("large", "small", Waybill.SOURCE, Waybill.ACCEPTED_AT, DeadLetter.REASON)
			.containsEntry(Waybill.SEQUENCE, 3L)
			.doesNotContainKey("huge");
		assertThat(copy.toFrame(1, 0).size()).isLessThanOrEqualTo(FRAME);
	}

	@Test
	void dropsWhatOnlyLooksLikeAWaybillWhenItDoesNotFit() throws Exception {
		Map<String, Object> headers = Map.of(Waybill.SOURCE, "x".repeat(70_000), Waybill.RETRY, "x".repeat(70_000));
		BasicProperties copy = copy(headers, "why").properties(FRAME);
		assertThat(copy.toFrame(1, 0).size()).isLessThanOrEqualTo(FRAME);
		assertThat(copy.getHeaders()).containsKey(DeadLetter.REASON);
	}

	@Test
	void cutsTheReasonBetweenCharacters() throws Exception {
		Object reason = copy(Map.of(), "a" + "é".repeat(3000)).properties(FRAME).getHeaders().get(DeadLetter.REASON);
		assertThat(reason).isEqualTo("a" + "é".repeat(1023));
	}

	@Test
	void replacesWhatAnEarlierDeathLeft() throws Exception {
		Map<String, Object> headers = Map.of(DeadLetter.REASON, "old", DeadLetter.ATTEMPTS, 99);
		BasicProperties copy = new DeadLetterCopy(new BasicProperties.Builder().headers(headers).build(), "new", null)
			.properties(FRAME);
		assertThat(copy.getHeaders()).containsEntry(DeadLetter.REASON, "new").doesNotContainKey(DeadLetter.ATTEMPTS);
	}

	@Test
	void keepsThePlaceInItsTraceAndDropsWhatOnlyLooksLikeOneWhenItDoesNotFit() throws Exception {
		Map<String, Object> headers = new HashMap<>();
		headers.put("huge", "x".repeat(130_990));
		headers.put(Traceparent.HEADER, TRACEPARENT);
		assertThat(copy(headers, "why").properties(FRAME).getHeaders()).doesNotContainKey("huge")
			.containsEntry(Traceparent.HEADER, TRACEPARENT);
		headers.put(Traceparent.HEADER, "x".repeat(131_000));
		headers.put("huge", "x");
		assertThat(copy(headers, "why").properties(FRAME).getHeaders()).containsKey("huge")
			.doesNotContainKey(Traceparent.HEADER);
	}

	@Test
	void hasANewPlaceInTheTraceWhereThereIsOne() throws Exception {
		Traceparent later = new Traceparent("4bf92f3577b34da6a3ce929d0e0e4736", "b7ad6b7169203331", true);
		DeadLetterCopy copy = copy(Map.of(Traceparent.HEADER, TRACEPARENT), "why");
		assertThat(copy.with(later).properties(FRAME).getHeaders()).containsEntry(Traceparent.HEADER, later.text());
		assertThat(copy.with(null).properties(FRAME).getHeaders()).containsEntry(Traceparent.HEADER, TRACEPARENT);
	}

	private static DeadLetterCopy copy(Map<String, Object> headers, String reason) {
		return new DeadLetterCopy(new BasicProperties.Builder().headers(headers).build(), reason, 5);
	}

}
