package dev.waybill.producer;

import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a client was answered, and after how long.
 *
 * @param status the HTTP status
 * @param headers the first value of each, by its name in lower case
 * @param body the body
 * @param millis from sending the request to having the whole answer
 */
record Answer(int status, Map<String, String> headers, String body, long millis) {

	private static final JsonMapper JSON = new JsonMapper();

	static Answer of(HttpResponse<String> response, long millis) {
		Map<String, String> headers = new TreeMap<>();
		response.headers().map().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
		return new Answer(response.statusCode(), headers, response.body(), millis);
	}

	@Nullable String header(String name) {
		return this.headers.get(name.toLowerCase(Locale.ROOT));
	}

	JsonNode json() {
		return JSON.readTree(this.body);
	}

	String outcome() {
		return json().path("outcome").asString("");
	}

	String reason() {
		return json().path("reason").asString("");
	}

	String detail() {
		return json().path("detail").asString("");
	}

	String messageId() {
		return json().path("messageId").asString("");
	}

	/** Whether it is a problem with all that each of ours must have. */
	boolean isProblem() {
		String type = header("Content-Type");
		return type != null && type.startsWith("application/problem+json") && !outcome().isEmpty()
				&& !reason().isEmpty() && !messageId().isEmpty();
	}

}
