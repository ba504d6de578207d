package dev.waybill.consumer;

import java.util.HashMap;
import java.util.Map;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.waybill.contract.DeadLetter;
import dev.waybill.contract.Waybill;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeadLetterCopyTests {

	private static final int FRAME = 131_072;

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

	private static DeadLetterCopy copy(Map<String, Object> headers, String reason) {
		return new DeadLetterCopy(new BasicProperties.Builder().headers(headers).build(), reason, 5);
	}

}
