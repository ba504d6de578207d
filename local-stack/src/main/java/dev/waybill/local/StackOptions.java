package dev.waybill.local;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import dev.waybill.contract.HelloQueue;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the command line may say.
 *
 * @param producerPort the producer's HTTP port
 * @param consumerPort the consumer's HTTP port
 * @param brokerPort the embedded broker's AMQP port
 * @param queue the names of the queues
 * @param rabbitmq the address of a real RabbitMQ, or null for the embedded broker
 */
record StackOptions(int producerPort, int consumerPort, int brokerPort, HelloQueue queue, @Nullable String rabbitmq) {

	static final String USAGE = """
			Options:
			  --producer-port=N    HTTP port of the producer (default 8080)
			  --consumer-port=N    HTTP port of the consumer (default 8081)
			  --broker-port=N      AMQP port of the embedded broker (default 5672)
			  --queue=NAME         name of the queue (default hello)
			  --rabbitmq=URI       use this RabbitMQ instead of the embedded broker
			  --help               this text""";

	private static final Set<String> NAMES = Set.of("producer-port", "consumer-port", "broker-port", "queue",
			"rabbitmq");

	private static final Pattern ADDRESSES = Pattern
		.compile("amqps?://[^\\s,/]+[^\\s,]*(,amqps?://[^\\s,/]+[^\\s,]*)*");

	StackOptions {
		if (rabbitmq != null && !ADDRESSES.matcher(rabbitmq).matches()) {
			// Without the value, which may hold a password.
			throw new NotPossibleException("--rabbitmq must be an address such as amqp://user:password@host:5672/vhost "
					+ "(or amqps://), or several of them with commas between");
		}
		requireDifferent(ports(producerPort, consumerPort, brokerPort, rabbitmq));
	}

	static StackOptions parse(String... arguments) {
		Map<String, String> given = new LinkedHashMap<>();
		for (String argument : arguments) {
			String[] parts = argument.split("=", 2);
			String name = parts[0].startsWith("--") ? parts[0].substring(2) : "";
			if (!NAMES.contains(name)) {
				throw new NotPossibleException("There is no option '" + parts[0] + "'\n\n" + USAGE);
			}
			if (parts.length == 1 || parts[1].isEmpty()) {
				throw new NotPossibleException("--" + name + " needs a value: --" + name + "=...");
			}
			if (given.put(name, parts[1]) != null) {
				throw new NotPossibleException("--" + name + " is given twice");
			}
		}
		if (given.containsKey("rabbitmq") && given.containsKey("broker-port")) {
			throw new NotPossibleException(
					"--broker-port is for the embedded broker, which is not started with --rabbitmq: leave one of them out");
		}
		return new StackOptions(port(given, "producer-port", 8080), port(given, "consumer-port", 8081),
				port(given, "broker-port", 5672), queue(given.getOrDefault("queue", "hello")), given.get("rabbitmq"));
	}

	/** The ports that will be listened on, each by the option that sets it. */
	Map<String, Integer> ports() {
		return ports(this.producerPort, this.consumerPort, this.brokerPort, this.rabbitmq);
	}

	private static Map<String, Integer> ports(int producerPort, int consumerPort, int brokerPort,
			@Nullable String rabbitmq) {
		Map<String, Integer> ports = new LinkedHashMap<>();
		ports.put("--producer-port", producerPort);
		ports.put("--consumer-port", consumerPort);
		if (rabbitmq == null) {
			ports.put("--broker-port", brokerPort);
		}
		return ports;
	}

	private static void requireDifferent(Map<String, Integer> ports) {
		List<Integer> seen = new ArrayList<>();
		ports.forEach((option, port) -> {
			if (seen.contains(port)) {
				throw new NotPossibleException("Port " + port + " is wanted twice: give " + option + " another");
			}
			seen.add(port);
		});
	}

	private static int port(Map<String, String> given, String name, int otherwise) {
		String text = given.get(name);
		if (text == null) {
			return otherwise;
		}
		int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
		if (port < 1 || port > 65535) {
			throw new NotPossibleException("--" + name + " is '" + text + "'; allowed are ports from 1 to 65535");
		}
		return port;
	}

	private static HelloQueue queue(String name) {
		try {
			return new HelloQueue(name, HelloQueue.Type.QUORUM);
		}
		catch (IllegalArgumentException ex) {
			throw new NotPossibleException(String.valueOf(ex.getMessage()).replace("waybill.queue.name", "--queue"));
		}
	}

}
