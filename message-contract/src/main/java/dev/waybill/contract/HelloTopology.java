package dev.waybill.contract;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import dev.waybill.contract.HelloQueue.Type;
import dev.waybill.contract.TopologySettings.Broker;
import dev.waybill.contract.TopologySettings.Topology;

import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.DirectExchange;
import org.springframework.amqp.core.Queue;

/**
 * Makes sure, on a fresh connection, that the broker is one that the promise can be kept
 * with and that the queues are there; long because each thing that a broker may refuse
 * has its own sentence, which is worded here alone.
 */
public final class HelloTopology {

	private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

	/** RabbitMQ closes the whole connection with this where a feature is denied. */
	private static final int INTERNAL_ERROR = 541;

	private final HelloQueue queue;

	private final TopologySettings settings;

	private final boolean ledgerFile;

	public HelloTopology(HelloQueue queue, TopologySettings settings) {
		this(queue, settings, false);
	}

	/**
	 * For a producer.
	 * @param queue the names
	 * @param settings who makes the queues
	 * @param ledgerFile whether it keeps its ledger in a file
	 */
	public HelloTopology(HelloQueue queue, TopologySettings settings, boolean ledgerFile) {
		this.queue = queue;
		this.settings = settings;
		this.ledgerFile = ledgerFile;
	}

	/** What is promised of messages with these settings, in one word. */
	public String promise() {
		if (this.settings.broker() == Broker.DEMO) {
			return "demo";
		}
		if (this.queue.type() == Type.TUTORIAL) {
			return "none";
		}
		return this.ledgerFile ? "full" : "full-without-file";
	}

	/**
	 * What the services and {@code /actuator/info} say of queue, promise and arguments.
	 */
	public Map<String, String> describe() {
		return Map.of("queue", this.queue.name(), "type", this.queue.type().name().toLowerCase(Locale.ROOT), "promise",
				promise(), "arguments",
				(this.settings.topology() == Topology.CHECK) ? "not checked" : "declared by the services");
	}

	/**
	 * Checks the broker and declares, or looks for, what the given service needs.
	 * @param connection an open connection
	 * @param role whose needs to look for where nothing is declared
	 * @throws BrokerRefusedException where somebody must change something first
	 * @throws IOException where the connection fails meanwhile
	 */
	public void ensure(Connection connection, Role role) throws IOException {
		checkServer(connection.getServerProperties());
		if (this.settings.topology() == Topology.CHECK) {
			onChannel(connection, (channel) -> look(channel, role));
		}
		else {
			onChannel(connection, this::declareAll);
		}
	}

	private void declareAll(Channel channel) throws IOException {
		for (DirectExchange exchange : this.queue.exchanges()) {
			ask("exchange '" + exchange.getName() + "'",
					() -> channel.exchangeDeclare(exchange.getName(), exchange.getType(), true));
		}
		for (Queue declared : this.queue.queues()) {
			declare(channel, declared);
		}
		for (Binding binding : this.queue.bindings()) {
			bind(channel, binding);
		}
	}

	/**
	 * Looks for the queue of a producer's receipts.
	 * @param connection an open connection
	 * @param instance the producer instance
	 * @return whether it is there, whatever its arguments
	 * @throws BrokerRefusedException where somebody must change something first
	 * @throws IOException where the connection fails meanwhile
	 */
	public boolean hasReceiptsQueue(Connection connection, String instance) throws IOException {
		try {
			onChannel(connection, (channel) -> look(channel, this.queue.receiptsQueue(instance)));
			return true;
		}
		catch (BrokerRefusedException ex) {
			if (closedWith(ex, AMQP.NOT_FOUND)) {
				return false;
			}
			throw ex;
		}
	}

	/**
	 * Makes sure that there is a queue for a producer's receipts, whatever its arguments
	 * where there was one before. Whoever asks first whether there is one has an error in
	 * the log of the broker where there is none.
	 * @param connection an open connection
	 * @param instance the producer instance
	 * @throws BrokerRefusedException where somebody must change something first
	 * @throws IOException where the connection fails meanwhile
	 */
	public void ensureReceiptsQueue(Connection connection, String instance) throws IOException {
		try {
			declareReceiptsQueue(connection, instance);
		}
		catch (BrokerRefusedException ex) {
			if (!closedWith(ex, AMQP.PRECONDITION_FAILED)) {
				throw ex;
			}
		}
	}

	private static boolean closedWith(BrokerRefusedException ex, int code) {
		return ex.getCause() instanceof ShutdownSignalException signal
				&& signal.getReason() instanceof AMQP.Channel.Close close && close.getReplyCode() == code;
	}

	/**
	 * Declares the queue of a producer's receipts, whoever makes the others: it comes and
	 * goes with its producer.
	 * @param connection an open connection
	 * @param instance the producer instance
	 * @throws BrokerRefusedException where somebody must change something first
	 * @throws IOException where the connection fails meanwhile
	 */
	public void declareReceiptsQueue(Connection connection, String instance) throws IOException {
		onChannel(connection, (channel) -> declare(channel, this.queue.receipts(instance, this.ledgerFile)));
	}

	/**
	 * Binds the queue of a producer's receipts.
	 * @param connection an open connection
	 * @param instance the producer instance
	 * @throws BrokerRefusedException where somebody must change something first
	 * @throws IOException where the connection fails meanwhile
	 */
	public void bindReceiptsQueue(Connection connection, String instance) throws IOException {
		onChannel(connection, (channel) -> bind(channel, this.queue.receiptsBinding(instance)));
	}

	private void declare(Channel channel, Queue declared) throws IOException {
		ask("queue '" + declared.getName() + "'", () -> channel.queueDeclare(declared.getName(), declared.isDurable(),
				declared.isExclusive(), declared.isAutoDelete(), declared.getArguments()));
	}

	private void bind(Channel channel, Binding binding) throws IOException {
		ask("binding of queue '" + binding.getDestination() + "'",
				() -> channel.queueBind(binding.getDestination(), binding.getExchange(), binding.getRoutingKey()));
	}

	private void look(Channel channel, Role role) throws IOException {
		look(channel, this.queue.name());
		if (role == Role.CONSUMER) {
			look(channel, this.queue.dead());
			for (DirectExchange exchange : this.queue.exchanges()) {
				ask("exchange '" + exchange.getName() + "'", () -> channel.exchangeDeclarePassive(exchange.getName()));
			}
		}
	}

	private void look(Channel channel, String name) throws IOException {
		ask("queue '" + name + "'", () -> channel.queueDeclarePassive(name));
	}

	private void checkServer(Map<String, Object> server) {
		if (this.settings.broker() == Broker.DEMO) {
			return;
		}
		String product = String.valueOf(server.get("product"));
		String version = String.valueOf(server.get("version"));
		if (!product.equals("RabbitMQ")) {
			throw new BrokerRefusedException("The broker is " + product + " " + version
					+ ", not RabbitMQ; for a demonstration on another broker set waybill.broker=demo");
		}
		Matcher parts = VERSION.matcher(version);
		if (!parts.matches() || Integer.parseInt(parts.group(1)) * 1000 + Integer.parseInt(parts.group(2)) < 4003) {
			throw new BrokerRefusedException("The broker is RabbitMQ " + version
					+ "; 4.3 or later is needed: upgrade it, or point spring.rabbitmq.addresses at another");
		}
	}

	/**
	 * One channel for all, since opening and closing one takes two round trips; a
	 * refusal, which closes it, is the end anyway.
	 */
	private static void onChannel(Connection connection, Requests requests) throws IOException {
		try (Channel channel = connection.createChannel()) {
			if (channel == null) {
				throw new IOException("the broker has no channel left");
			}
			requests.on(channel);
		}
		catch (TimeoutException ex) {
			throw new IOException("closing a channel took too long", ex);
		}
	}

	private void ask(String what, Request request) throws IOException {
		try {
			request.send();
		}
		catch (IOException ex) {
			if (ex.getCause() instanceof ShutdownSignalException signal) {
				refuse(what, signal);
			}
			throw ex;
		}
	}

	private void refuse(String what, ShutdownSignalException signal) {
		int code;
		String text;
		if (signal.getReason() instanceof AMQP.Channel.Close close) {
			code = close.getReplyCode();
			text = close.getReplyText();
		}
		else if (signal.getReason() instanceof AMQP.Connection.Close close) {
			code = close.getReplyCode();
			text = close.getReplyText();
		}
		else {
			return;
		}
		String advice = switch (code) {
			case AMQP.PRECONDITION_FAILED ->
				"exists with other arguments or of another type: delete it, or set waybill.queue.name to a name that is free, "
						+ "or waybill.queue.type to what is there (quorum or tutorial)";
			case AMQP.ACCESS_REFUSED ->
				"is not for this user: grant it the permission, or set spring.rabbitmq.username to another user"
						+ ((this.settings.topology() == Topology.DECLARE)
								? ", or set waybill.topology=check if somebody else makes the queues" : "");
			case AMQP.NOT_FOUND -> "does not exist: create it, or set waybill.topology=declare";
			case AMQP.RESOURCE_LOCKED -> "is another connection's alone: set waybill.queue.name to a name that is free";
			case INTERNAL_ERROR ->
				"is of a kind that this broker denies: permit it there, or set waybill.queue.type=quorum";
			default -> null;
		};
		if (advice != null) {
			throw new BrokerRefusedException("The " + what + " " + advice + " (the broker says: " + text + ")", signal);
		}
	}

	/** Which service asks. */
	public enum Role {

		/** Publishes to {@code hello}. */
		PRODUCER,

		/** Reads {@code hello} and {@code hello.dead}. */
		CONSUMER

	}

	private interface Requests {

		void on(Channel channel) throws IOException;

	}

	private interface Request {

		void send() throws IOException;

	}

}
