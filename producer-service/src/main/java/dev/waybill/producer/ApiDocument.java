package dev.waybill.producer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.swagger.v3.core.util.Yaml31;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import org.springdoc.core.customizers.OpenApiCustomizer;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;

/**
 * Says what the API is: what {@code openapi.yaml} has written down, completed by what the
 * code knows of problems; what Spring MVC serves beyond that stays as springdoc found it.
 * <p>
 * Messages are taken by servlets, which springdoc does not see.
 */
@Component
class ApiDocument implements OpenApiCustomizer {

	private static final String REASONS = "x-reasons";

	private static final String EXAMPLE_ID = "019a3f5e-7d2b-7c3e-9b1f-0d4c5a6b7e8f";

	private static final Map<String, Reason> BY_TEXT = Arrays.stream(Reason.values())
		.collect(Collectors.toMap(Reason::text, Function.identity()));

	private final JsonMapper json;

	ApiDocument(JsonMapper json) {
		this.json = json;
	}

	@Override
	public void customise(OpenAPI document) {
		OpenAPI written = written();
		Components components = written.getComponents();
		components.addSchemas("ProblemType",
				oneOf("The address of a page that explains the reason", texts(Reason.values(), Reason::type)));
		components.addSchemas("Reason", oneOf("Why it was not accepted", texts(Reason.values(), Reason::text)));
		components.addSchemas("Outcome", oneOf("What is true of it", texts(Outcome.values(), Outcome::text)));
		Map<Integer, List<Reason>> statuses = Arrays.stream(Reason.values())
			.flatMap((reason) -> Problems.statusesOf(reason).stream().map((status) -> Map.entry(status, reason)))
			.collect(Collectors.groupingBy(Map.Entry::getKey, TreeMap::new,
					Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
		statuses.forEach((status, reasons) -> addProblem(components, status, reasons));
		Paths paths = written.getPaths();
		paths.values().forEach((path) -> path.readOperations().forEach(ApiDocument::nameProblems));
		addFound(document, paths, components);
		document.info(written.getInfo())
			.servers(written.getServers())
			.tags(written.getTags())
			.paths(paths)
			.components(components);
	}

	private static OpenAPI written() {
		try (InputStream in = ApiDocument.class.getResourceAsStream("openapi.yaml")) {
			return Yaml31.mapper().readValue(Objects.requireNonNull(in), OpenAPI.class);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void addFound(OpenAPI document, Paths paths, Components components) {
		document.getPaths().forEach((path, found) -> {
			PathItem item = paths.computeIfAbsent(path, (name) -> new PathItem());
			found.readOperationsMap().forEach((method, operation) -> {
				if (!item.readOperationsMap().containsKey(method)) {
					item.operation(method, operation);
				}
			});
		});
		if (document.getComponents().getSchemas() != null) {
			document.getComponents().getSchemas().forEach(components.getSchemas()::putIfAbsent);
		}
	}

	/**
	 * Each of the reasons that an operation names may answer with each of its statuses.
	 */
	private static void nameProblems(Operation operation) {
		Object names = Objects.requireNonNull(operation.getExtensions().remove(REASONS));
		for (Object name : (List<?>) names) {
			Reason reason = Objects.requireNonNull(BY_TEXT.get(name), () -> "openapi.yaml: no reason is " + name);
			for (int status : Problems.statusesOf(reason)) {
				operation.getResponses()
					.addApiResponse(Integer.toString(status), new ApiResponse().$ref(component(status)));
			}
		}
	}

	private void addProblem(Components components, int status, List<Reason> reasons) {
		Map<String, ApiResponse> responses = components.getResponses();
		ApiResponse response = responses.computeIfAbsent(component(status), (name) -> new ApiResponse());
		MediaType problem = new MediaType().schema(new Schema<>().$ref("Problem"));
		for (Reason reason : reasons) {
			problem.addExamples(reason.text(), new Example().summary(reason.detail()).value(example(reason, status)));
			if (reason.retryAfter() > 0) {
				response.addHeaderObject(HttpHeaders.RETRY_AFTER, new Header().$ref(HttpHeaders.RETRY_AFTER));
			}
		}
		response.description(reasons.stream().map(ApiDocument::described).collect(Collectors.joining("\n\n")))
			.content(new Content().addMediaType(org.springframework.http.MediaType.APPLICATION_PROBLEM_JSON_VALUE,
					problem));
	}

	private static String described(Reason reason) {
		ProblemText text = ProblemText.of(reason);
		return "[`%s`](%s), %s. %s Send again? **%s** %s".formatted(reason.text(), reason.type(), text.truth(),
				text.meaning(), text.again(), text.how());
	}

	/** As it is answered, but for its id. */
	private Object example(Reason reason, int status) {
		ProblemDetail problem = Problems.detail(reason.outcome(), reason, reason.detail(), EXAMPLE_ID);
		problem.setStatus(status);
		return this.json.convertValue(problem, Map.class);
	}

	private static String component(int status) {
		return "Problem" + status;
	}

	private static Schema<?> oneOf(String description, List<Object> words) {
		JsonSchema schema = new JsonSchema();
		schema.addType("string");
		schema.setDescription(description);
		schema.setEnum(words);
		return schema;
	}

	private static <T> List<Object> texts(T[] all, Function<T, Object> text) {
		return Arrays.stream(all).map((one) -> (Object) text.apply(one).toString()).toList();
	}

}
