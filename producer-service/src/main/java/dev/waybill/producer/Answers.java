package dev.waybill.producer;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;

/**
 * Writes what a request to publish is answered with; but for a batch, never more than the
 * response's buffer holds, so that a slow client keeps no thread that writes.
 */
final class Answers {

	private final JsonMapper json;

	private final String instance;

	Answers(JsonMapper json, ProducerInstance instance) {
		this.json = json;
		this.instance = quoted(instance.name());
	}

	/** The answer for a message that is stored. */
	void accepted(HttpServletResponse response, String contentType, String messageId, boolean replayed)
			throws IOException {
		response.setStatus(HttpServletResponse.SC_ACCEPTED);
		String location = MessageLocation.of(messageId);
		if (location != null) {
			response.setHeader(HttpHeaders.LOCATION, location);
		}
		if (replayed) {
			response.setHeader("Idempotency-Replayed", "true");
		}
		write(response, contentType, "{\"messageId\":" + quoted(messageId) + ",\"instance\":" + this.instance
				+ ",\"outcome\":\"" + Outcome.ACCEPTED.text() + "\"}");
	}

	/** The answer for a batch of which something may have been published. */
	void batch(HttpServletResponse response, String contentType, Batch batch) throws IOException {
		response.setStatus(batch.isAccepted() ? HttpStatus.ACCEPTED.value() : HttpStatus.MULTI_STATUS.value());
		write(response, contentType, batch.text());
	}

	/** The answer for anything else. */
	void problem(HttpServletResponse response, String path, Settlement settlement, Reason reason, String detail,
			@Nullable String messageId) throws IOException {
		response.setStatus(reason.status().value());
		if (reason.retryAfter() > 0) {
			response.setHeader(HttpHeaders.RETRY_AFTER, Integer.toString(reason.retryAfter()));
		}
		ProblemDetail problem = Problems.detail(settlement.outcome(), reason, detail, messageId);
		problem.setInstance(URI.create(path));
		write(response, MediaType.APPLICATION_PROBLEM_JSON_VALUE, this.json.writeValueAsString(problem));
	}

	/** A JSON string with its quotes. */
	static String quoted(String text) {
		return "\"" + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + "\"";
	}

	private static void write(HttpServletResponse response, String contentType, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		response.setContentType(contentType);
		response.setContentLength(bytes.length);
		response.getOutputStream().write(bytes);
	}

}
