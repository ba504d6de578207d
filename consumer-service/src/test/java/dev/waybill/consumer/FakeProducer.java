package dev.waybill.consumer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloQueue.Type;
import dev.waybill.contract.Marker;
import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.UnreadableReceiptException;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.VirtualHost;

import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Queue;

import static org.assertj.core.api.Assertions.assertThat;

/** A producer's side of the receipts: its queue, and what it was told. */
final class FakeProducer {

	private final HelloQueue names = new HelloQueue("hello", Type.QUORUM);

	private final List<Receipt> receipts = new ArrayList<>();

	private final VirtualHost host;

	private final String instance;

	FakeProducer(VirtualHost host) {
		this(host, "test-producer");
	}

	FakeProducer(VirtualHost host, String instance) {
		this.host = host;
		this.instance = instance;
	}

	/** Declares its queue, once the consumer has declared the exchange or before. */
	FakeProducer declare() {
		Queue queue = this.names.receipts(this.instance, true);
		Binding binding = this.names.receiptsBinding(this.instance);
		this.host.onChannel((channel) -> {
			channel.exchangeDeclare(this.names.receiptsExchange(), "direct", true);
			channel.queueDeclare(queue.getName(), true, false, false, queue.getArguments());
			channel.queueBind(queue.getName(), binding.getExchange(), binding.getRoutingKey());
			return true;
		});
		return this;
	}

	/** Makes the broker refuse, by a nack, what is published to its queue; or not. */
	void refuse(boolean refuse) {
		if (refuse) {
			this.host.fill(this.names.receiptsQueue(this.instance));
		}
		else {
			this.host.relieve();
		}
	}

	void sendMarker(long number) {
		this.host.onChannel((channel) -> {
			channel.confirmSelect();
			channel.basicPublish("", "hello",
					new BasicProperties.Builder().appId(this.instance)
						.deliveryMode(2)
						.headers(Map.of(Marker.HEADER, number))
						.build(),
					new byte[0]);
			return channel.waitForConfirms(5000);
		});
	}

	/** Reads what has arrived, and gives all receipts so far. */
	List<Receipt> receipts() {
		for (GetResponse one : this.host.drain(this.names.receiptsQueue(this.instance))) {
			assertThat(one.getProps().getContentType()).isEqualTo(Receipt.CONTENT_TYPE);
			assertThat(one.getProps().getDeliveryMode()).isEqualTo(2);
			try {
				this.receipts.add(Receipt.decode(one.getBody()));
			}
			catch (UnreadableReceiptException ex) {
				throw new IllegalStateException(ex);
			}
		}
		return List.copyOf(this.receipts);
	}

	/** The numbers of a kind, of one source. */
	Set<Long> told(Kind kind) {
		Set<Long> numbers = new TreeSet<>();
		receipts().stream()
			.flatMap((receipt) -> receipt.runs().stream())
			.filter((run) -> run.kind() == kind && run.source() == Outbox.SOURCE)
			.forEach((run) -> LongStream.rangeClosed(run.first(), run.last()).forEach(numbers::add));
		return numbers;
	}

	/** How many receipts name a number of a kind. */
	long times(Kind kind, long number) {
		return receipts().stream()
			.filter((receipt) -> receipt.runs()
				.stream()
				.anyMatch((run) -> run.kind() == kind && run.first() <= number && number <= run.last()))
			.count();
	}

	Map<Long, Reading> readings() {
		Map<Long, Reading> readings = new TreeMap<>();
		receipts()
			.forEach((receipt) -> receipt.readings().forEach((reading) -> readings.put(reading.sequence(), reading)));
		return readings;
	}

	Set<Long> markers() {
		Set<Long> markers = new HashSet<>();
		receipts().forEach((receipt) -> markers.addAll(receipt.markers()));
		return markers;
	}

	FakeProducer await(Predicate<FakeProducer> condition) {
		Eventually.within(Duration.ofSeconds(30), () -> condition.test(this));
		return this;
	}

	/** Waits until exactly the numbers 1 to last have been told of a kind. */
	FakeProducer awaitTold(Kind kind, long last) {
		return await((producer) -> producer.told(kind).size() >= last
				&& producer.told(kind).equals(new TreeSet<>(LongStream.rangeClosed(1, last).boxed().toList())));
	}

	/** Checks that each sender's receipts have come without holes. */
	void hasNoHoles() {
		Map<Long, Set<Long>> bySender = new TreeMap<>();
		receipts().forEach((receipt) -> bySender.computeIfAbsent(receipt.sender(), (sender) -> new TreeSet<>())
			.add(receipt.number()));
		assertThat(bySender).isNotEmpty()
			.allSatisfy((sender, numbers) -> assertThat(numbers)
				.containsExactlyElementsOf(LongStream.rangeClosed(1, numbers.size()).boxed().toList()));
	}

}
