package dev.waybill.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import dev.waybill.contract.HelloQueue.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.DirectExchange;
import org.springframework.amqp.core.Queue;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The definitions that the broker of {@code docker-compose.yml} imports are those that
 * the services declare: with any other argument a service would end with a 406.
 */
class DefinitionsTests {

	private final HelloQueue hello = new HelloQueue("hello", Type.QUORUM);

	private final DocumentContext definitions = JsonPath.parse(read());

	@Test
	void queuesAreTheDeclaredOnesArgumentByArgument() {
		assertThat(all("queues")).containsExactlyInAnyOrderElementsOf(
				this.hello.queues().stream().map(DefinitionsTests::definition).toList());
	}

	@Test
	void exchangesAreTheDeclaredOnes() {
		assertThat(all("exchanges")).containsExactlyInAnyOrderElementsOf(
				this.hello.exchanges().stream().map(DefinitionsTests::definition).toList());
	}

	@Test
	void bindingsAreTheDeclaredOnes() {
		assertThat(all("bindings")).containsExactlyInAnyOrderElementsOf(
				this.hello.bindings().stream().map(DefinitionsTests::definition).toList());
	}

	@Test
	void helloHasDelayedRetryAndItsDeadLettersHaveNone() {
		Map<String, Object> policy = all("policies").get(0);

		assertThat(all("policies")).hasSize(1);
		assertThat(policy).containsEntry("definition",
				Map.of("delayed-retry-type", "failed", "delayed-retry-min", 1000, "delayed-retry-max", 30_000));
		assertThat(matching(String.valueOf(policy.get("pattern")))).containsExactly("hello");
	}

	@Test
	void thereIsNoGuestAndNoPasswordInTheRepository() {
		assertThat(all("users")).extracting("name").containsExactlyInAnyOrder("admin", "producer", "consumer");
		assertThat(all("users"))
			.allSatisfy((user) -> assertThat(user).containsEntry("password_hash", "@" + user.get("name") + "@")
				.containsEntry("hashing_algorithm", "rabbit_password_hashing_sha256"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "producer", "consumer" })
	void servicesMayDeclareWhatIsTheirsAndNothingElse(String user) {
		assertThat(all("users")).filteredOn("name", user)
			.allSatisfy((each) -> assertThat(each).containsEntry("tags", List.of()));
		assertThat(matching(permission(user, "configure"))).containsExactlyInAnyOrderElementsOf(names());
		// To create a queue that dead-letters takes these two, to bind takes the other
		// three.
		assertThat(matching(permission(user, "read"))).contains("hello", "hello.dlx");
		assertThat(matching(permission(user, "write"))).contains("hello.dlx", "hello.dead", "hello.dlq");
	}

	@Test
	void onlyTheProducerPublishesToHelloAndOnlyTheConsumerReadsDeadLetters() {
		assertThat(matching(permission("producer", "write"))).contains("amq.default");
		assertThat(matching(permission("consumer", "write"))).doesNotContain("amq.default");
		assertThat(matching(permission("producer", "read"))).doesNotContain("hello.dead", "hello.dlq");
		assertThat(matching(permission("consumer", "read"))).contains("hello.dead").doesNotContain("hello.dlq");
	}

	@Test
	void onlyTheProducerDeclaresBindsAndReadsReceiptsOfItsOwn() {
		String receipts = this.hello.receiptsQueue("orders-1.eu_2");
		for (String kind : List.of("configure", "write", "read")) {
			assertThat(receipts).as(kind).matches(permission("producer", kind));
			assertThat(receipts).as(kind).doesNotMatch(permission("consumer", kind));
		}
		// To bind takes this one of the exchange.
		assertThat(matching(permission("producer", "read"))).contains("hello.receipts");
		assertThat(matching(permission("producer", "write"))).doesNotContain("hello.receipts");
		assertThat(matching(permission("consumer", "write"))).contains("hello.receipts");
	}

	private List<Map<String, Object>> all(String kind) {
		return this.definitions.read("$." + kind);
	}

	private String permission(String user, String kind) {
		List<String> patterns = this.definitions.read("$.permissions[?(@.user == '" + user + "')]." + kind);
		assertThat(patterns).hasSize(1);
		return patterns.get(0);
	}

	/**
	 * Which of our names, and of some that are not ours, the broker's pattern matches.
	 */
	private List<String> matching(String pattern) {
		return Stream.concat(names().stream(), Stream.of("amq.default", "amq.direct", "other", "hello2", "othello"))
			.filter(Pattern.compile(pattern).asPredicate())
			.toList();
	}

	private List<String> names() {
		return Stream
			.concat(this.hello.queues().stream().map(Queue::getName),
					this.hello.exchanges().stream().map(DirectExchange::getName))
			.toList();
	}

	private static Map<String, Object> definition(Queue queue) {
		return Map.of("name", queue.getName(), "vhost", "/", "durable", queue.isDurable(), "auto_delete",
				queue.isAutoDelete(), "arguments", queue.getArguments());
	}

	private static Map<String, Object> definition(DirectExchange exchange) {
		return Map.of("name", exchange.getName(), "vhost", "/", "type", exchange.getType(), "durable",
				exchange.isDurable(), "auto_delete", exchange.isAutoDelete(), "internal", exchange.isInternal(),
				"arguments", exchange.getArguments());
	}

	private static Map<String, Object> definition(Binding binding) {
		return Map.of("source", binding.getExchange(), "vhost", "/", "destination", binding.getDestination(),
				"destination_type", "queue", "routing_key", binding.getRoutingKey(), "arguments",
				binding.getArguments());
	}

	private static String read() {
		try {
			return Files.readString(Path.of("../rabbitmq/definitions.json"));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
