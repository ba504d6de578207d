package dev.waybill.load;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class AnswersTests {

	private static final Keys SINGLE = new Keys("k-", 0);

	private static final Keys BATCH = new Keys("k-", 3);

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			202 | application/json                 | {"messageId":"k-5","instance":"p","outcome":"accepted"} | ACCEPTED
			202 | application/json;charset=UTF-8   | {"outcome":"accepted","new":{"a":[1]},"messageId":"k-5"} | ACCEPTED
			429 | application/problem+json         | {"outcome":"rejected","messageId":"other"} | REJECTED
			503 | application/problem+json         | {"outcome":"unknown"}                      | UNKNOWN
			504 | application/problem+json         | {"outcome":"unknown"}                      | UNKNOWN
			400 | application/problem+json         | {"title":"x","outcome":"rejected"}         | REJECTED
			""")
	void believesTheWord(int status, String type, String body, Outcome outcome) {
		assertThat(single(status, type, body)).isEqualTo(outcome);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			202 | application/json         | {"messageId":"k-6","outcome":"accepted"}
			202 | application/json         | {"outcome":"accepted"}
			202 | application/json         | {"messageId":"k-5"}
			202 | application/json         | {"messageId":"k-5","outcome":"rejected"}
			202 | application/json         | {"messageId":"k-5","outcome":"accepted"
			202 | application/json         | {"messageId":"k-5","outcome":"accepted"}{}
			202 | application/json         | {"messageId":"k-5","outcome":"accepted","outcome":"accepted"}
			202 | application/json         | {"x":{"messageId":"k-5","outcome":"accepted"}}
			202 | application/json         | ["outcome","accepted"]
			202 | application/json         | accepted
			202 | application/json         | ''
			202 | text/html                | {"messageId":"k-5","outcome":"accepted"}
			202 |                          | {"messageId":"k-5","outcome":"accepted"}
			200 | application/json         | {"messageId":"k-5","outcome":"accepted"}
			503 | application/json         | {"outcome":"rejected"}
			503 | text/html                | <h1>Service Unavailable</h1>
			503 | application/problem+json | {"title":"Service Unavailable"}
			503 | application/problem+json | {"outcome":"accepted"}
			503 | application/problem+json | {"outcome":"refused"}
			503 | application/problem+json | {"outcome":null}
			302 | application/problem+json | {"outcome":"rejected"}
			202 | application/x-ndjson     | {"index":0,"messageId":"k-5","outcome":"accepted"}
			""")
	void takesNothingFromWhatIsNotOurs(int status, @Nullable String type, String body) {
		Outcome[] outcomes = new Outcome[1];
		assertThat(new Answers(SINGLE, 0).read(5, status, type, bytes(body), outcomes)).isNotNull();
		assertThat(outcomes).containsExactly(Outcome.UNKNOWN);
	}

	@Test
	void readsEachLineOfABatch() {
		String answer = line(0, "k-5/0", "accepted") + "{\"index\":1,\"messageId\":\"k-5/1\",\"outcome\":\"rejected\","
				+ "\"reason\":\"malformed\",\"detail\":\"x\"}\n" + line(2, "k-5/2", "unknown");
		assertThat(batch(207, answer)).containsExactly(Outcome.ACCEPTED, Outcome.REJECTED, Outcome.UNKNOWN);
	}

	@Test
	void takesLinesInAnyOrderAndTheLastWithoutItsEnd() {
		String answer = line(2, "k-5/2", "accepted") + line(0, "k-5/0", "accepted")
				+ line(1, "k-5/1", "accepted").strip();
		assertThat(batch(202, answer)).containsOnly(Outcome.ACCEPTED);
	}

	@Test
	void takesAProblemForTheWholeBatch() {
		Outcome[] outcomes = new Outcome[3];
		assertThat(new Answers(BATCH, 3).read(5, 503, "application/problem+json", bytes("{\"outcome\":\"rejected\"}"),
				outcomes))
			.isNull();
		assertThat(outcomes).containsOnly(Outcome.REJECTED);
	}

	@Test
	void leavesUnknownWhatABatchDoesNotSay() {
		assertThat(batchNotOurs(line(0, "k-5/0", "accepted") + line(1, "k-5/1", "accepted")))
			.containsExactly(Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.UNKNOWN);
		assertThat(batchNotOurs(line(0, "k-5/0", "accepted") + line(1, "k-5/2", "accepted")))
			.containsExactly(Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.UNKNOWN);
		assertThat(batchNotOurs(line(0, "k-5/0", "accepted") + line(0, "k-5/0", "rejected")))
			.containsOnly(Outcome.UNKNOWN);
		assertThat(batchNotOurs(line(3, "k-5/3", "accepted") + line(0, "k-5/0", "accepted")))
			.containsExactly(Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.UNKNOWN);
		assertThat(
				batchNotOurs(line(0, "k-5/0", "accepted") + "{\"index\":1,\"messageId\":\"k-5/1\",\"outcome\":\"acc"))
			.containsExactly(Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.UNKNOWN);
	}

	private static Outcome single(int status, String type, String body) {
		Outcome[] outcomes = new Outcome[1];
		assertThat(new Answers(SINGLE, 0).read(5, status, type, bytes(body), outcomes)).isNull();
		return outcomes[0];
	}

	private static Outcome[] batch(int status, String body) {
		Outcome[] outcomes = new Outcome[3];
		assertThat(new Answers(BATCH, 3).read(5, status, "application/x-ndjson", bytes(body), outcomes)).isNull();
		return outcomes;
	}

	private static Outcome[] batchNotOurs(String body) {
		Outcome[] outcomes = new Outcome[3];
		assertThat(new Answers(BATCH, 3).read(5, 202, "application/x-ndjson", bytes(body), outcomes)).isNotNull();
		return outcomes;
	}

	private static String line(int index, String id, String outcome) {
		return "{\"index\":%d,\"messageId\":\"%s\",\"outcome\":\"%s\"}\n".formatted(index, id, outcome);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
