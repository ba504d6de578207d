package dev.waybill.local;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client of the producer was answered.
 *
 * @param status the HTTP status
 * @param headers the headers
 * @param body the body
 */
record Answer(int status, HttpHeaders headers, String body) {

	private static final JsonMapper JSON = new JsonMapper();

	static Answer of(HttpResponse<String> response) {
		return new Answer(response.statusCode(), response.headers(), response.body());
	}

	String outcome() {
		return text("outcome");
	}

	String messageId() {
		return text("messageId");
	}

	String detail() {
		return text("detail");
	}

	boolean isReplayed() {
		return this.headers.firstValue("Idempotency-Replayed").isPresent();
	}

	Answer assertAccepted() {
		assertThat(this.status).as(this.body).isEqualTo(202);
		assertThat(outcome()).isEqualTo("accepted");
		assertThat(messageId()).isNotEmpty();
		return this;
	}

	/** A rejection that says nothing of trying again. */
	Answer assertRejected(int expected, String reason) {
		assertProblem(expected, reason);
		assertThat(this.headers.firstValue("Retry-After")).isEmpty();
		return this;
	}

	/** A rejection that says when to try again. */
	Answer assertRejectedForNow(int expected, String reason) {
		assertProblem(expected, reason);
		assertThat(this.headers.firstValueAsLong("Retry-After").orElse(0)).isPositive();
		return this;
	}

	private void assertProblem(int expected, String reason) {
		assertThat(this.status).as(this.body).isEqualTo(expected);
		assertThat(this.headers.firstValue("Content-Type"))
			.hasValueSatisfying((type) -> assertThat(type).startsWith("application/problem+json"));
		JsonNode problem = JSON.readTree(this.body);
		assertThat(problem.path("status").asInt()).isEqualTo(expected);
		assertThat(outcome()).isEqualTo("rejected");
		assertThat(text("reason")).isEqualTo(reason);
		assertThat(detail()).isNotBlank();
	}

	private String text(String name) {
		return JSON.readTree(this.body).path(name).asString("");
	}

}
