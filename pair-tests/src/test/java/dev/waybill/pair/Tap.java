package dev.waybill.pair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.VirtualHost;

/**
 * The broker's own record of what was published to a queue, from its tracing: which
 * numbers each message id has.
 */
final class Tap implements AutoCloseable {

	private final VirtualHost host;

	private final Connection connection;

	private final Map<String, List<String>> numbers = new ConcurrentHashMap<>();

	private final Set<Long> markers = ConcurrentHashMap.newKeySet();

	Tap(VirtualHost host) throws IOException, TimeoutException {
		this.host = host;
		host.request("PUT", "/api/vhosts/" + host.name(), Map.of("tracing", true));
		this.connection = host.connect();
		Channel channel = this.connection.createChannel();
		String queue = channel.queueDeclare().getQueue();
		channel.queueBind(queue, "amq.rabbitmq.trace", "publish.");
		channel.basicConsume(queue, true, (tag, traced) -> record(traced.getProperties()), (tag) -> {
		});
	}

	private void record(BasicProperties trace) {
		if (trace.getHeaders().get("properties") instanceof Map<?, ?> properties
				&& properties.get("headers") instanceof Map<?, ?> headers) {
			if (headers.get("waybill-marker") instanceof Long marker) {
				this.markers.add(marker);
			}
			else if (headers.get(Waybill.SOURCE) instanceof Long) {
				this.numbers.computeIfAbsent(String.valueOf(properties.get("message_id")), (id) -> new ArrayList<>())
					.add(number(headers));
			}
		}
	}

	/** The number of a message by its headers, as {@code source/number}. */
	static String number(Map<?, ?> headers) {
		return String.format("%016x/%d", headers.get(Waybill.SOURCE), headers.get(Waybill.SEQUENCE));
	}

	/** The numbers that these ids were published under. */
	Set<String> numbersOf(Collection<String> ids) {
		Set<String> all = new HashSet<>();
		for (String id : ids) {
			all.addAll(this.numbers.getOrDefault(id, List.of()));
		}
		return all;
	}

	int markers() {
		return this.markers.size();
	}

	@Override
	public void close() throws IOException {
		this.connection.close();
		this.host.request("PUT", "/api/vhosts/" + this.host.name(), Map.of("tracing", false));
	}

}
