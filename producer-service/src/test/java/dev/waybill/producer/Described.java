package dev.waybill.producer;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

import org.springframework.web.util.UriUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks answers of a producer against the API's document that the same one serves. */
final class Described {

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private static final Map<Integer, Described> BY_PORT = new ConcurrentHashMap<>();

	/**
	 * What is not of the API: what operators read, the document itself, and the live
	 * page.
	 */
	private static final Pattern ASIDE = Pattern
		.compile("/(actuator|v3/api-docs|swagger-ui|webjars)\\b.*|/|/(index\\.html|live|live\\.js|live\\.css)");

	private final JsonNode document;

	private Described(JsonNode document) {
		this.document = document;
	}

	/** The document of the producer at a port, which is asked for it once. */
	static Described by(int port) {
		return BY_PORT.computeIfAbsent(port, Described::read);
	}

	/** The same, for a producer that has just been started. */
	static Described anew(int port) {
		forget(port);
		return by(port);
	}

	/** There will be another at this port. */
	static void forget(int port) {
		BY_PORT.remove(port);
	}

	private static Described read(int port) {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v3/api-docs")).build();
		HttpResponse<String> response = HTTP.sendAsync(request, BodyHandlers.ofString()).join();
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return new Described(JSON.readTree(response.body()));
	}

	JsonNode document() {
		return this.document;
	}

	/** What a reference refers to, or the node itself. */
	JsonNode resolved(JsonNode node) {
		String reference = node.path("$ref").asString("");
		return reference.isEmpty() ? node : this.document.at(reference.substring("#".length()));
	}

	/**
	 * Fails unless status, media type and body are described.
	 * @param method as it was sent
	 * @param target the path, and maybe a query, as it was sent
	 */
	Answer checked(String method, String target, Answer answer) {
		String where = method + " " + target + ": " + answer;
		JsonNode operation = operation(method, target);
		boolean problem = type(answer).equals("application/problem+json");
		if (!operation.isMissingNode()) {
			conforms(answer, operation.path("responses").path(Integer.toString(answer.status())), method, where);
		}
		else if (problem && answer.status() >= 400) {
			conforms(answer, this.document.at("/components/responses/Problem" + answer.status()), method, where);
		}
		else if (method.equals("OPTIONS")) {
			// HTTP says what it answers, whatever the path.
			assertThat(answer.status()).as(where).isEqualTo(200);
			assertThat(answer.header("Allow")).as(where).isNotBlank();
			assertThat(answer.body()).as(where).isEmpty();
		}
		else {
			assertThat(target).as("no operation is described for " + where).matches(ASIDE);
		}
		return answer;
	}

	/** That of the path without a parameter, before one that has some. */
	private JsonNode operation(String method, String target) {
		if (!method.equals(method.toUpperCase(Locale.ROOT))) {
			return MissingNode.getInstance();
		}
		String key = (method.equals("HEAD") ? "GET" : method).toLowerCase(Locale.ROOT);
		List<String> asked = segments(target);
		JsonNode best = MissingNode.getInstance();
		for (Map.Entry<String, JsonNode> path : this.document.path("paths").properties()) {
			List<String> ours = List.of(path.getKey().substring(1).split("/"));
			if (ours.equals(asked)) {
				return path.getValue().path(key);
			}
			best = matches(ours, asked) ? path.getValue().path(key) : best;
		}
		return best;
	}

	private static boolean matches(List<String> ours, List<String> asked) {
		if (ours.size() != asked.size()) {
			return false;
		}
		for (int i = 0; i < ours.size(); i++) {
			boolean any = ours.get(i).startsWith("{") && !asked.get(i).isEmpty();
			if (!any && !ours.get(i).equals(asked.get(i))) {
				return false;
			}
		}
		return true;
	}

	/** Each without its parameters, decoded; none where the target is no path. */
	private static List<String> segments(String target) {
		List<String> segments = new ArrayList<>();
		if (target.startsWith("/")) {
			for (String segment : target.substring(1).split("\\?", 2)[0].split("/", -1)) {
				try {
					segments.add(UriUtils.decode(segment.split(";", 2)[0], StandardCharsets.UTF_8));
				}
				catch (IllegalArgumentException ex) {
					return List.of();
				}
			}
		}
		return segments;
	}

	private void conforms(Answer answer, JsonNode reference, String method, String where) {
		JsonNode response = resolved(reference);
		assertThat(response.isObject()).as("the status is not described of " + where).isTrue();
		JsonNode content = response.path("content");
		String type = type(answer);
		if (type.isEmpty()) {
			assertThat(content.isEmpty()).as("a body is described for " + where).isTrue();
			assertThat(answer.body()).as(where).isEmpty();
			return;
		}
		assertThat(content.propertyNames()).as("the media type is not described of " + where).contains(type);
		if (method.equals("HEAD")) {
			assertThat(answer.body()).as(where).isEmpty();
		}
		else if (content.path(type).has("x-line-schema")) {
			answer.body()
				.lines()
				.forEach((line) -> conforms(JSON.readTree(line), content.path(type).path("x-line-schema"), where));
		}
		else if (type.endsWith("json")) {
			conforms(answer.json(), content.path(type).path("schema"), where);
		}
	}

	/**
	 * The part of JSON Schema that the document uses; what it does not name may not be.
	 */
	private void conforms(JsonNode value, JsonNode reference, String where) {
		JsonNode schema = resolved(reference);
		String as = value + " against " + schema + " in " + where;
		if (schema.has("type")) {
			assertThat(schema.path("type").isArray()
					? schema.path("type").values().stream().map(JsonNode::asString).toList()
					: List.of(schema.path("type").asString()))
				.as(as)
				.contains(typeOf(value));
		}
		if (schema.has("enum")) {
			assertThat(schema.path("enum").values()).as(as).contains(value);
		}
		if (schema.has("const")) {
			assertThat(value).as(as).isEqualTo(schema.path("const"));
		}
		if (schema.has("pattern")) {
			assertThat(value.asString()).as(as).containsPattern(schema.path("pattern").asString());
		}
		schema.path("required").forEach((name) -> assertThat(value.has(name.asString())).as(as).isTrue());
		if (schema.has("properties")) {
			value.properties().forEach((property) -> {
				assertThat(schema.path("properties").propertyNames()).as(as).contains(property.getKey());
				conforms(property.getValue(), schema.path("properties").path(property.getKey()), where);
			});
		}
		if (schema.has("items")) {
			value.values().forEach((item) -> conforms(item, schema.path("items"), where));
		}
	}

	private static String typeOf(JsonNode value) {
		return switch (value.getNodeType()) {
			case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
			case OBJECT, ARRAY, STRING, BOOLEAN, NULL -> value.getNodeType().name().toLowerCase(Locale.ROOT);
			default -> throw new IllegalArgumentException(value.toString());
		};
	}

	private static String type(Answer answer) {
		String type = answer.header("Content-Type");
		return (type != null) ? type.split(";", 2)[0].strip() : "";
	}

}
