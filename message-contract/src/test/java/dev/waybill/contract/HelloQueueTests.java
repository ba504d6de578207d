package dev.waybill.contract;

import java.util.Map;

import dev.waybill.contract.HelloQueue.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.DirectExchange;
import org.springframework.amqp.core.Queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

/** The wire contract: what is here cannot change within 1.x. */
class HelloQueueTests {

	private final HelloQueue queue = new HelloQueue("hello", Type.QUORUM);

	@Test
	void namesAreThoseOfTheContract() {
		assertThat(this.queue.deadLetterExchange()).isEqualTo("hello.dlx");
		assertThat(this.queue.dead()).isEqualTo("hello.dead");
		assertThat(this.queue.dlq()).isEqualTo("hello.dlq");
		assertThat(this.queue.receiptsExchange()).isEqualTo("hello.receipts");
		assertThat(this.queue.exchanges()).extracting(DirectExchange::getName)
			.containsExactly("hello.dlx", "hello.receipts");
		assertThat(this.queue.queues()).extracting(Queue::getName).containsExactly("hello", "hello.dead", "hello.dlq");
	}

	@Test
	void allNamesDeriveFromTheQueues() {
		HelloQueue orders = new HelloQueue("orders", Type.QUORUM);
		assertThat(orders.exchanges()).allSatisfy((one) -> assertThat(one.getName()).startsWith("orders."));
		assertThat(orders.queues()).extracting(Queue::getName).containsExactly("orders", "orders.dead", "orders.dlq");
		assertThat(orders.queues().get(0).getArguments()).containsEntry("x-dead-letter-exchange", "orders.dlx");
		assertThat(orders.bindings()).allSatisfy((one) -> {
			assertThat(one.getExchange()).isEqualTo("orders.dlx");
			assertThat(one.getDestination()).startsWith("orders.");
		});
	}

	@Test
	void helloHasExactlyTheFrozenArguments() {
		assertThat(this.queue.queues().get(0).getArguments()).containsExactlyInAnyOrderEntriesOf(Map.of("x-queue-type",
				"quorum", "x-dead-letter-exchange", "hello.dlx", "x-dead-letter-routing-key", "dead",
				"x-dead-letter-strategy", "at-least-once", "x-overflow", "reject-publish", "x-delivery-limit", 20));
	}

	@Test
	void deadLettersHaveNoLimitOfAnyKind() {
		assertThat(this.queue.queues().subList(1, 3)).allSatisfy((dead) -> {
			assertThat(dead.getArguments())
				.containsExactlyInAnyOrderEntriesOf(Map.of("x-queue-type", "quorum", "x-delivery-limit", -1));
			assertThat(dead.isDurable()).isTrue();
		});
	}

	@Test
	void everythingIsDurableAndNobodysAlone() {
		assertThat(this.queue.queues()).extracting(Queue::isDurable, Queue::isExclusive, Queue::isAutoDelete)
			.containsOnly(tuple(true, false, false));
		assertThat(this.queue.exchanges()).extracting(DirectExchange::isDurable, DirectExchange::isAutoDelete)
			.containsOnly(tuple(true, false));
	}

	@Test
	void deadLettersTakeTheirRoadByTwoKeys() {
		assertThat(this.queue.bindings())
			.extracting(Binding::getExchange, Binding::getRoutingKey, Binding::getDestination)
			.containsExactly(tuple("hello.dlx", "dead", "hello.dead"), tuple("hello.dlx", "dlq", "hello.dlq"));
	}

	@Test
	void receiptsHaveAQueueForEachProducer() {
		Queue receipts = this.queue.receipts("host-1", true);
		assertThat(receipts.getName()).isEqualTo("hello.receipts.host-1").isEqualTo(this.queue.receiptsQueue("host-1"));
		assertThat(receipts.isDurable()).isTrue();
		assertThat(receipts.isExclusive()).isFalse();
		assertThat(receipts.isAutoDelete()).isFalse();
		assertThat(receipts.getArguments()).containsExactlyInAnyOrderEntriesOf(
				Map.of("x-queue-type", "quorum", "x-delivery-limit", -1, "x-expires", 86_400_000));
	}

	@Test
	void receiptsOfAProducerThatForgetsThemGoSooner() {
		assertThat(this.queue.receipts("host-1", false).getArguments()).containsExactlyInAnyOrderEntriesOf(
				Map.of("x-queue-type", "quorum", "x-delivery-limit", -1, "x-expires", 1_800_000));
	}

	@Test
	void receiptsTakeTheirRoadByTheInstance() {
		Binding binding = this.queue.receiptsBinding("host-1");
		assertThat(binding.getExchange()).isEqualTo("hello.receipts");
		assertThat(binding.getRoutingKey()).isEqualTo("host-1");
		assertThat(binding.getDestination()).isEqualTo("hello.receipts.host-1");
		assertThat(binding.isDestinationQueue()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a b", "a/b", "a#" })
	void receiptsAreOfNoOtherThanAnInstance(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.queue.receipts(name, true));
		assertThatIllegalArgumentException().isThrownBy(() -> this.queue.receiptsBinding(name));
	}

	@Test
	void theTutorialQueueIsThePlainOneOfTutorials() {
		Queue hello = new HelloQueue("hello", Type.TUTORIAL).queues().get(0);
		assertThat(hello.isDurable()).isFalse();
		assertThat(hello.isExclusive()).isFalse();
		assertThat(hello.isAutoDelete()).isFalse();
		assertThat(hello.getArguments()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "amq.hello", "a b", "h\u00e9llo", "a/b", "a\n" })
	void refusesANameWithASentence(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> new HelloQueue(name, Type.QUORUM))
			.withMessageContaining("waybill.queue.name")
			.withMessageContaining("'" + name + "'")
			.withMessageContaining("allowed");
	}

	@Test
	void takesNamesWhoseDerivedOnesAreNoLongerThanTheBrokerAllows() {
		String longest = "x".repeat(160);
		assertThat(new HelloQueue(longest, Type.QUORUM).receiptsQueue("x".repeat(64)).length())
			.isLessThanOrEqualTo(255);
		assertThatIllegalArgumentException().isThrownBy(() -> new HelloQueue(longest + "x", Type.QUORUM));
	}

}
