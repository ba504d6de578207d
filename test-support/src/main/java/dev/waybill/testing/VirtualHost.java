package dev.waybill.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.Method;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One test's part of a broker: a foreign AMQP client, the management API, and what the
 * services must be told to use it.
 */
public final class VirtualHost {

	private static final JsonMapper JSON = new JsonMapper();

	private static final String FILLER = "filler";

	/** In the order in which they are tried. */
	private final List<RabbitBroker> nodes;

	private final String name;

	VirtualHost(List<RabbitBroker> nodes, String name) {
		this.nodes = List.copyOf(nodes);
		this.name = name;
	}

	/** The broker, or the node of it that is tried first. */
	public RabbitBroker broker() {
		return this.nodes.get(0);
	}

	/** The same, through these nodes in this order. */
	public VirtualHost through(RabbitBroker... others) {
		return new VirtualHost(List.of(others), this.name);
	}

	public String name() {
		return this.name;
	}

	/** The address as a URI, or those of all nodes. */
	public String uri() {
		return uri("guest", "guest");
	}

	/** The same for another user. */
	public String uri(String user, String password) {
		return this.nodes.stream()
			.map((node) -> "amqp://" + user + ":" + password + "@127.0.0.1:" + node.amqpPort() + "/" + this.name)
			.collect(Collectors.joining(","));
	}

	/** The arguments that make a service use it. */
	public List<String> arguments() {
		return List.of("--spring.rabbitmq.addresses=" + uri());
	}

	/** A new connection of a plain client, without recovery. */
	public Connection connect() throws IOException, TimeoutException {
		ConnectionFactory factory = new ConnectionFactory();
		factory.setVirtualHost(this.name);
		factory.setAutomaticRecoveryEnabled(false);
		return factory
			.newConnection(this.nodes.stream().map((node) -> new Address("127.0.0.1", node.amqpPort())).toList());
	}

	/** Runs something on a channel of its own. */
	public <T> T onChannel(ChannelWork<T> work) {
		try (Connection connection = connect(); Channel channel = connection.createChannel()) {
			return work.on(channel);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Sends one method on a channel of its own. */
	public void send(Method method) {
		onChannel((channel) -> channel.rpc(method));
	}

	/**
	 * Removes all ready messages of a queue and returns them, oldest first, but no
	 * filler.
	 */
	public List<GetResponse> drain(String queue) {
		return onChannel((channel) -> {
			List<GetResponse> all = new ArrayList<>();
			for (GetResponse one = channel.basicGet(queue, true); one != null; one = channel.basicGet(queue, true)) {
				if (!FILLER.equals(one.getProps().getMessageId())) {
					all.add(one);
				}
			}
			return all;
		});
	}

	/** All ready messages of a queue, oldest first, which stay there. */
	public List<GetResponse> peek(String queue) {
		return onChannel((channel) -> {
			List<GetResponse> all = new ArrayList<>();
			for (GetResponse one = channel.basicGet(queue, false); one != null; one = channel.basicGet(queue, false)) {
				all.add(one);
			}
			channel.basicNack(0, true, true);
			return all;
		});
	}

	/** The message ids of all ready messages of a queue, which are removed. */
	public List<String> drainIds(String queue) {
		return drain(queue).stream().map((one) -> one.getProps().getMessageId()).toList();
	}

	/**
	 * How many messages a queue holds in all: ready, unacked and delayed. The management
	 * API refreshes this every few seconds.
	 */
	public long messages(String queue) {
		return get("/api/queues/" + encode(this.name) + "/" + encode(queue) + "?disable_stats=false").path("messages")
			.asLong(-1);
	}

	/** Sets a policy on the queues that match. */
	public void policy(String policy, String pattern, Map<String, Object> definition) {
		policy(policy, pattern, 0, definition);
	}

	private void policy(String policy, String pattern, int priority, Map<String, Object> definition) {
		request("PUT", "/api/policies/" + encode(this.name) + "/" + encode(policy),
				Map.of("pattern", pattern, "priority", priority, "apply-to", "queues", "definition", definition));
	}

	/**
	 * Makes a queue refuse, by a nack, whatever is published to it. A limit alone does
	 * not, since a queue refuses only once it is beyond its limit.
	 */
	public void fill(String queue) {
		// Of policies that match, one applies: this one, whichever else there is.
		policy(FILLER, "^" + queue + "$", 1, Map.of("max-length", 0, "overflow", "reject-publish"));
		BasicProperties filler = new BasicProperties.Builder().messageId(FILLER).build();
		onChannel((channel) -> {
			channel.confirmSelect();
			do {
				channel.basicPublish("", queue, filler, new byte[0]);
			}
			while (channel.waitForConfirms(5000));
			return true;
		});
	}

	/** Lets a queue that was filled take messages again. */
	public void relieve() {
		removePolicy(FILLER);
	}

	/** Removes a policy. */
	public void removePolicy(String policy) {
		request("DELETE", "/api/policies/" + encode(this.name) + "/" + encode(policy), Map.of());
	}

	/** Asks the management API. */
	public JsonNode get(String path) {
		return request("GET", path, Map.of());
	}

	/**
	 * Asks the management API with any method and body, of the first node that is there.
	 */
	public JsonNode request(String method, String path, Map<String, ?> body) {
		for (RabbitBroker node : this.nodes.subList(0, this.nodes.size() - 1)) {
			if (TestPorts.answers(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.managementPort()))) {
				return request(node, method, path, body);
			}
		}
		return request(this.nodes.get(this.nodes.size() - 1), method, path, body);
	}

	private JsonNode request(RabbitBroker node, String method, String path, Map<String, ?> body) {
		String credentials = Base64.getEncoder().encodeToString("guest:guest".getBytes(StandardCharsets.UTF_8));
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.managementPort() + path))
			.header("Authorization", "Basic " + credentials)
			.header("Content-Type", "application/json")
			.method(method,
					body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body)))
			.build();
		HttpResponse<String> response = Http.send(request);
		if (response.statusCode() >= 300) {
			throw new IllegalStateException(method + " " + path + ": " + response.statusCode() + " " + response.body());
		}
		return response.body().isBlank() ? JSON.createObjectNode() : JSON.readTree(response.body());
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	/** Work on a channel. */
	public interface ChannelWork<T> {

		T on(Channel channel) throws Exception;

	}

}
