package dev.waybill.producer;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import jakarta.servlet.ServletContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

import org.springframework.web.util.UriUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The API's document and its UI: whole, self-contained, and with examples that run. That
 * it describes every answer is for {@link Described} to see, wherever one is received.
 */
@NeedsRabbitMq
class ApiDocumentIntegrationTests {

	private static final Pattern LOADED = Pattern.compile("(?:src|href)=\"([^\"]+)\"");

	private static VirtualHost host;

	private static RunningProducer producer;

	private static Described described;

	@BeforeAll
	static void start() {
		host = RabbitBroker.shared().newVirtualHost();
		producer = RunningProducer.on(host);
		described = Described.by(producer.port());
	}

	@AfterAll
	static void stop() {
		producer.close();
	}

	@Test
	void isOpenApi31AsJsonAndAsYaml() {
		Answer json = producer.get("/v3/api-docs");
		assertThat(json.header("Content-Type")).startsWith("application/json");
		assertThat(json.json().path("openapi").asString()).startsWith("3.1.");
		Answer yaml = producer.get("/v3/api-docs.yaml");
		assertThat(yaml.status()).isEqualTo(200);
		assertThat(yaml.body()).startsWith("openapi: 3.1.").contains("/messages/batch:");
	}

	@Test
	void worksBehindAnyHostName() {
		assertThat(described.document().path("servers").values()).singleElement()
			.satisfies((server) -> assertThat(server.path("url").asString()).isEqualTo("/"));
	}

	/** Also what somebody adds to Spring MVC later, which springdoc finds by itself. */
	@Test
	void hasWordsForEachOperationAndParameter() {
		List<String> ids = new ArrayList<>();
		operations().forEach((operation) -> {
			assertThat(operation.node().path("summary").asString("")).as(operation.name()).isNotBlank();
			assertThat(operation.node().path("responses").size()).as(operation.name()).isGreaterThan(1);
			operation.node()
				.path("responses")
				.forEach((one) -> assertThat(described.resolved(one).path("description").asString("")).isNotBlank());
			assertThat(operation.node().has("x-reasons")).as(operation.name()).isFalse();
			ids.add(operation.node().path("operationId").asString());
		});
		assertThat(ids).doesNotHaveDuplicates().contains("publish", "publishBatch", "steps", "problem");
	}

	@Test
	void describesEveryProblemWhereverItsStatusIs() {
		for (Reason reason : Reason.values()) {
			for (int status : Problems.statusesOf(reason)) {
				JsonNode response = described.document().at("/components/responses/Problem" + status);
				JsonNode example = response.path("content")
					.path("application/problem+json")
					.path("examples")
					.path(reason.text())
					.path("value");
				assertThat(example.path("type").asString()).isEqualTo("/problems/" + reason.text());
				assertThat(example.path("status").asInt()).isEqualTo(status);
				assertThat(example.path("outcome").asString()).isEqualTo(reason.outcome().text());
				assertThat(response.path("description").asString()).contains(ProblemText.of(reason).how());
				assertThat(response.path("headers").has("Retry-After")).isEqualTo(hasRetryAfter(status));
			}
		}
	}

	/** In the document's order, in which the steps of a message come after its batch. */
	@TestFactory
	Stream<DynamicTest> everyExampleIsASuccess() {
		List<Example> examples = operations().stream().flatMap((operation) -> examples(operation).stream()).toList();
		assertThat(examples).hasSizeGreaterThanOrEqualTo(operations().size());
		return examples.stream()
			.map((example) -> DynamicTest.dynamicTest(example.toString(),
					() -> assertThat(producer.send(example.request()).join().status()).isBetween(200, 202)));
	}

	@Test
	void theUiComesFromThisProducerAlone() {
		Answer redirect = producer.get("/swagger-ui.html");
		assertThat(redirect.status()).isEqualTo(302);
		URI page = URI.create("/swagger-ui.html").resolve(Objects.requireNonNull(redirect.header("Location")));
		String html = producer.get(page.getPath()).body();
		List<String> loaded = LOADED.matcher(html).results().map((MatchResult one) -> one.group(1)).toList();
		assertThat(loaded).hasSizeGreaterThan(4)
			.allSatisfy((one) -> assertThat(producer.get(page.resolve(one).getPath()).status()).as(one).isEqualTo(200));
		assertThat(producer.get(page.resolve("swagger-ui.css").getPath()).body()).doesNotContain("url(http")
			.doesNotContain("@import");
		assertThat(producer.get(page.resolve("swagger-initializer.js").getPath()).body())
			.contains("/v3/api-docs/swagger-config");
		JsonNode settings = producer.get("/v3/api-docs/swagger-config").json();
		assertThat(settings.path("url").asString()).isEqualTo("/v3/api-docs");
		assertThat(settings.path("validatorUrl").asString()).isEqualTo("none");
	}

	/** Also where it is for being a WebJar. */
	@Test
	void theUiLoadsNothingFromElsewhereAndNobodyFramesIt() {
		Answer redirect = producer.get("/swagger-ui.html");
		String page = Objects.requireNonNull(redirect.header("Location"));
		for (String path : List.of("/swagger-ui.html", page, "/swagger-ui/swagger-initializer.js",
				"/swagger-ui/swagger-ui.css", "/webjars/swagger-ui/index.html",
				"/webjars/swagger-ui/swagger-ui-bundle.js")) {
			Answer part = producer.get(path);
			assertThat(part.status()).as(path).isEqualTo(path.equals("/swagger-ui.html") ? 302 : 200);
			assertThat(part.header("Content-Security-Policy")).as(path)
				.isEqualTo("default-src 'none'; script-src 'self'; style-src 'unsafe-inline' 'self';"
						+ " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
						+ " frame-ancestors 'none'");
			assertThat(part.header("X-Content-Type-Options")).as(path).isEqualTo("nosniff");
			assertThat(part.header("Referrer-Policy")).as(path).isEqualTo("no-referrer");
		}
	}

	/** Neither is in the way of a message, nor there, where it is turned off. */
	@Test
	void addsNoFilterAndNoServletAndCanBeTurnedOff() {
		try (DocumentlessProducer without = new DocumentlessProducer()) {
			assertThat(producer.bean(ServletContext.class).getFilterRegistrations().keySet())
				.isEqualTo(without.filters());
			assertThat(producer.bean(ServletContext.class).getServletRegistrations().keySet())
				.isEqualTo(without.servlets());
			for (String path : List.of("/v3/api-docs", "/v3/api-docs.yaml", "/swagger-ui.html",
					"/swagger-ui/index.html")) {
				assertThat(producer.get(path).status()).as(path).isBetween(200, 302);
				assertThat(without.status(path)).as(path).isEqualTo(404);
			}
			assertThat(without.status("/problems/malformed")).isEqualTo(200);
		}
	}

	private static boolean hasRetryAfter(int status) {
		return Stream.of(Reason.values())
			.anyMatch((reason) -> reason.retryAfter() > 0 && Problems.statusesOf(reason).contains(status));
	}

	private static List<Operation> operations() {
		List<Operation> operations = new ArrayList<>();
		described.document()
			.path("paths")
			.properties()
			.forEach((path) -> path.getValue()
				.properties()
				.forEach((one) -> operations.add(new Operation(one.getKey(), path.getKey(), one.getValue()))));
		return operations;
	}

	/** One for each type of body that has one, as the UI would send it. */
	private static List<Example> examples(Operation operation) {
		Map<String, JsonNode> bodies = new LinkedHashMap<>();
		operation.node()
			.path("requestBody")
			.path("content")
			.properties()
			.stream()
			.filter((type) -> type.getValue().has("example"))
			.forEach((type) -> bodies.put(type.getKey(), type.getValue().path("example")));
		if (bodies.isEmpty()) {
			assertThat(operation.node().has("requestBody")).as("no example: " + operation.name()).isFalse();
			return List.of(new Example(operation, Optional.empty()));
		}
		return bodies.entrySet().stream().map((body) -> new Example(operation, Optional.of(body))).toList();
	}

	/** One operation of the document. */
	private record Operation(String method, String path, JsonNode node) {

		String name() {
			return this.method + " " + this.path;
		}

	}

	/** A request that the document shows. */
	private record Example(Operation operation, Optional<Map.Entry<String, JsonNode>> body) {

		HttpRequest request() {
			String path = this.operation.path();
			List<String> headers = new ArrayList<>(List.of("Accept", accept()));
			for (JsonNode reference : this.operation.node().path("parameters")) {
				JsonNode parameter = described.resolved(reference);
				String name = parameter.path("name").asString();
				String value = parameter.path("example").asString("");
				if (parameter.path("in").asString().equals("path")) {
					assertThat(value).as("an example of " + name).isNotEmpty();
					path = path.replace("{" + name + "}", UriUtils.encode(value, StandardCharsets.UTF_8));
				}
				else if (!value.isEmpty()) {
					headers.addAll(List.of(name, value));
				}
			}
			this.body.ifPresent((given) -> headers.addAll(List.of("Content-Type", given.getKey())));
			BodyPublisher sent = this.body.map((given) -> BodyPublishers.ofString(text(given.getValue())))
				.orElse(BodyPublishers.noBody());
			return producer.request(path)
				.method(this.operation.method().toUpperCase(Locale.ROOT), sent)
				.headers(headers.toArray(String[]::new))
				.build();
		}

		/** The UI asks for the first type of the first success. */
		private String accept() {
			JsonNode success = this.operation.node().path("responses").values().iterator().next();
			return success.path("content").propertyNames().iterator().next();
		}

		private static String text(JsonNode example) {
			return example.isString() ? example.asString() : example.toString();
		}

		@Override
		public String toString() {
			return this.operation.name() + this.body.map((given) -> " with " + given.getKey()).orElse("");
		}

	}

}
