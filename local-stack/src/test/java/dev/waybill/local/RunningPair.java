package dev.waybill.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.HelloQueue;
import dev.waybill.scripted.ScriptedProcessor;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.TestPorts;
import org.jspecify.annotations.Nullable;

import org.springframework.amqp.core.Queue;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The local stack as it is with a user's processor, and beside it a second producer whose
 * queue nobody reads.
 */
final class RunningPair implements AutoCloseable {

	static final Duration SOON = Duration.ofSeconds(15);

	static final HelloQueue READ = new HelloQueue("greetings", HelloQueue.Type.QUORUM);

	static final HelloQueue UNREAD = new HelloQueue("unread", HelloQueue.Type.QUORUM);

	/** What has no option of the stack's reaches the services as it does elsewhere. */
	private static final Map<String, String> PROPERTIES = Map.of("spring.main.sources",
			ScriptedProcessor.class.getName(), "waybill.instance", "functional", "waybill.retry.shortest-delay", "50ms",
			"waybill.retry.longest-delay", "200ms");

	private final StackOptions options;

	private final String address;

	private final LocalStack stack;

	private final RunningService unreadProducer;

	private final Connection connection;

	private final Client client;

	private final Client unreadClient;

	private final Map<String, List<String>> drained = new HashMap<>();

	private final Set<String> foreign = ConcurrentHashMap.newKeySet();

	/** Starts it on the embedded broker, or on the RabbitMQ at an address. */
	RunningPair(@Nullable String rabbitmq) throws Exception {
		this.options = new StackOptions(TestPorts.free(), TestPorts.free(), TestPorts.free(), READ, rabbitmq);
		this.address = (rabbitmq != null) ? rabbitmq : "amqp://guest:guest@127.0.0.1:" + this.options.brokerPort();
		PROPERTIES.forEach(System::setProperty);
		StackLogging.start();
		this.stack = new LocalStack(this.options);
		this.stack.start();
		int port = TestPorts.free();
		this.unreadProducer = RunningService.producer(List.of("--server.port=" + port,
				"--waybill.queue.name=" + UNREAD.name(), "--spring.rabbitmq.addresses=" + this.address,
				"--waybill.broker=" + ((rabbitmq != null) ? "rabbitmq" : "demo"), "--spring.main.banner-mode=off",
				"--spring.main.log-startup-info=false"));
		ConnectionFactory factory = new ConnectionFactory();
		factory.setUri(this.address);
		factory.setAutomaticRecoveryEnabled(false);
		this.connection = factory.newConnection();
		this.client = new Client(this.options.producerPort());
		this.unreadClient = new Client(port);
	}

	/** A client of the producer of the pair. */
	Client client() {
		return this.client;
	}

	/** A client of the producer whose queue nobody reads. */
	Client unreadClient() {
		return this.unreadClient;
	}

	Scrape consumer() {
		return this.client.scrape(this.options.consumerPort());
	}

	/** Publishes to the pair's queue as a program that is not ours. */
	void publishForeign(@Nullable BasicProperties properties, byte[] body) {
		if (properties != null && properties.getMessageId() != null) {
			this.foreign.add(properties.getMessageId());
		}
		onChannel((channel) -> {
			channel.basicPublish("", READ.name(), properties, body);
			return true;
		});
	}

	/** Deletes the queue that nobody reads. */
	void deleteUnread() {
		onChannel((channel) -> channel.queueDelete(UNREAD.name()));
	}

	/** Declares it as our services do. */
	void declareUnread() {
		Queue queue = UNREAD.queues().get(0);
		onChannel((channel) -> channel.queueDeclare(queue.getName(), true, false, false, queue.getArguments()));
	}

	/** Takes the ready messages of a queue; the books know of them. */
	List<GetResponse> drain(String queue) {
		return onChannel((channel) -> {
			List<GetResponse> all = new ArrayList<>();
			for (GetResponse one = channel.basicGet(queue, true); one != null; one = channel.basicGet(queue, true)) {
				all.add(one);
				if (one.getProps().getMessageId() != null) {
					drained(queue).add(one.getProps().getMessageId());
				}
			}
			return all;
		});
	}

	/** Begins a new page of all books. */
	void newPage() {
		ScriptedProcessor.forget();
		this.drained.clear();
		this.foreign.clear();
		this.client.newPage();
		this.unreadClient.newPage();
	}

	/** Checks counters, answers, effects and queues against each other. */
	void settleUp() {
		Eventually.within(SOON, () -> {
			drain(READ.dlq());
			return found().containsAll(this.client.accepted());
		});
		Eventually.within(SOON, () -> consumer().sum("waybill_in_hand") == 0);
		consumer().verifyConsumer();
		assertThat(drain(READ.name())).isEmpty();
		assertThat(drain(READ.dead())).isEmpty();
		drain(READ.dlq());
		List<String> found = found();
		assertThat(found).as("one effect or one dead letter each").doesNotHaveDuplicates();
		this.client.settleUp(found);
		drain(UNREAD.name());
		this.unreadClient.settleUp(drained(UNREAD.name()));
	}

	@Override
	public void close() {
		this.connection.abort();
		this.unreadProducer.close();
		this.stack.close();
		PROPERTIES.keySet().forEach(System::clearProperty);
		FreePorts.require(this.options.ports());
	}

	/** The ids of all of ours that were processed or are in one of the queues. */
	private List<String> found() {
		List<String> found = new ArrayList<>(ScriptedProcessor.doneIds());
		for (String queue : List.of(READ.name(), READ.dead(), READ.dlq())) {
			found.addAll(drained(queue));
		}
		found.removeAll(this.foreign);
		return found;
	}

	private List<String> drained(String queue) {
		return this.drained.computeIfAbsent(queue, (name) -> new ArrayList<>());
	}

	private <T> T onChannel(Work<T> work) {
		try (Channel channel = this.connection.createChannel()) {
			return work.on(channel);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private interface Work<T> {

		T on(Channel channel) throws Exception;

	}

}
