package dev.waybill.pair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.VirtualHost;

/**
 * Any number of producers and consumers as processes of their own on one virtual host,
 * with all times of the accounting scaled down: held interval, heartbeat and longest
 * delay 1 s, patience 5 s.
 */
final class Fleet implements AutoCloseable {

	static final Duration PATIENCE = Duration.ofSeconds(5);

	/** The options of the JVMs, unless a test has others. */
	static final List<String> JVM = List.of("-Xmx160m", "-Xss512k", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

	private static final List<String> TIMES = List.of("--spring.rabbitmq.requested-heartbeat=1s",
			"--waybill.held-interval=1s", "--waybill.retry.longest-delay=1s");

	private static final List<String> CONSUMER = List.of("--waybill.retry.shortest-delay=300ms",
			"--logging.level.dev.waybill.consumer.DefaultProcessor=WARN");

	/** The policy of the broker that goes with the times. */
	static final Map<String, Object> DELAYED_RETRY = Map.of("delayed-retry-type", "failed", "delayed-retry-min", 300,
			"delayed-retry-max", 1000);

	final VirtualHost host;

	final List<Service> producers = new CopyOnWriteArrayList<>();

	final List<Service> consumers = new CopyOnWriteArrayList<>();

	private final List<Path> journals = new CopyOnWriteArrayList<>();

	private final Path directory;

	private final List<String> jvm;

	Fleet(VirtualHost host) {
		this(host, JVM);
	}

	/** With other options of the JVMs. */
	Fleet(VirtualHost host, List<String> jvm) {
		this.host = host;
		this.jvm = jvm;
		try {
			this.directory = Files.createTempDirectory("fleet-");
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		host.policy("retry", "^hello$", DELAYED_RETRY);
	}

	/** Begins a producer that keeps its ledger in memory. */
	Service producer(String instance, String... more) {
		return producer(Map.of(), instance, more);
	}

	/** The same with more in its environment. */
	Service producer(Map<String, String> environment, String instance, String... more) {
		Service producer = of(instance, "producer-service", environment, arguments(
				List.of("--waybill.instance=" + instance, "--waybill.ledger.patience=" + PATIENCE.toSeconds() + "s"),
				more));
		this.producers.add(producer);
		return producer.begin();
	}

	/** Begins a producer that keeps its ledger in a file. */
	Service producerWithFile(String instance, String... more) {
		List<String> all = new ArrayList<>(List.of(more));
		all.add("--waybill.ledger.file=" + file(instance));
		return producer(instance, all.toArray(String[]::new));
	}

	/** Where a producer's ledger is. */
	Path file(String instance) {
		return this.directory.resolve(instance + ".ledger");
	}

	/** Begins a consumer with the stock processor and a journal of its own. */
	Service consumer(String... more) {
		return consumer(Map.of(), more);
	}

	Service consumer(Map<String, String> environment, String... more) {
		Service consumer = of("consumer", "consumer-service", environment, consumerArguments(more));
		this.consumers.add(consumer);
		return consumer.begin();
	}

	/** Begins a user's own consumer, which does as the bodies of its messages say. */
	Service scripted(String... more) {
		List<String> arguments = consumerArguments(more);
		Service consumer = new Service("scripted consumer", () -> JavaProcess.start(ScriptedConsumer.class.getName(),
				(part) -> !part.contains("producer-service"), this.jvm, arguments));
		this.consumers.add(consumer);
		return consumer.begin();
	}

	private List<String> consumerArguments(String... more) {
		Path journal = this.directory.resolve("journal-" + this.journals.size());
		this.journals.add(journal);
		List<String> own = new ArrayList<>(CONSUMER);
		own.add("--waybill.processor.journal=" + journal);
		return arguments(own, more);
	}

	/**
	 * The last word on a property counts; given twice, two values would become one list.
	 */
	private List<String> arguments(List<String> own, String... more) {
		Map<String, String> all = new LinkedHashMap<>();
		Stream.of(List.of("--server.port=0"), TIMES, this.host.arguments(), own, List.of(more))
			.flatMap(List::stream)
			.forEach((argument) -> all.put(argument.substring(0, argument.indexOf('=')), argument));
		return List.copyOf(all.values());
	}

	private Service of(String name, String module, Map<String, String> environment, List<String> arguments) {
		return new Service(name, () -> JavaProcess.startJar(Pair.jar(module), this.jvm, arguments, environment));
	}

	/** Waits until all serve. */
	Fleet ready() {
		this.producers.forEach(Service::awaitReady);
		this.consumers.stream().filter((consumer) -> consumer.process().isAlive()).forEach(Service::awaitReady);
		return this;
	}

	/** Where each consumer writes down what it has processed. */
	List<Path> journals() {
		return List.copyOf(this.journals);
	}

	/** The ids that were processed, of all consumers, with every repeat. */
	List<String> journal() {
		List<String> all = new ArrayList<>();
		for (Path journal : this.journals) {
			try {
				if (Files.exists(journal)) {
					all.addAll(Files.readAllLines(journal));
				}
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}
		return all;
	}

	@Override
	public void close() {
		List<Service> all = new ArrayList<>(this.producers);
		all.addAll(this.consumers);
		all.forEach((service) -> service.process().close());
	}

}
