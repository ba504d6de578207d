package dev.waybill.consumer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.VirtualHost;

/** Publishes to the queue: as our producer would, or as a foreign program. */
final class Outbox {

	static final long SOURCE = 4711;

	private final AtomicLong sequence = new AtomicLong();

	private final VirtualHost host;

	Outbox(VirtualHost host) {
		this.host = host;
	}

	static BasicProperties.Builder waybilled(String id, long sequence) {
		Map<String, Object> headers = new HashMap<>();
		headers.put(Waybill.SOURCE, SOURCE);
		headers.put(Waybill.SEQUENCE, sequence);
		headers.put(Waybill.ACCEPTED_AT, Clocks.micros());
		return new BasicProperties.Builder().messageId(id)
			.appId("test-producer")
			.contentType("text/plain")
			.deliveryMode(2)
			.headers(headers);
	}

	/** A message of our producer. */
	void send(String id, String body) {
		foreign(waybilled(id, this.sequence.incrementAndGet()).build(), body);
	}

	/** Messages of our producer with ids {@code prefix-0} and so on. */
	void sendMany(String prefix, int count) {
		this.host.onChannel((channel) -> {
			channel.confirmSelect();
			for (int i = 0; i < count; i++) {
				publish(channel, waybilled(prefix + "-" + i, this.sequence.incrementAndGet()).build(), "body " + i);
			}
			channel.waitForConfirmsOrDie(30_000);
			return true;
		});
	}

	/** Any message, as any program may send it. */
	void foreign(BasicProperties properties, String body) {
		this.host.onChannel((channel) -> {
			channel.confirmSelect();
			publish(channel, properties, body);
			channel.waitForConfirmsOrDie(10_000);
			return true;
		});
	}

	private static void publish(Channel channel, BasicProperties properties, String body) throws Exception {
		channel.basicPublish("", "hello", properties, body.getBytes(StandardCharsets.UTF_8));
	}

}
