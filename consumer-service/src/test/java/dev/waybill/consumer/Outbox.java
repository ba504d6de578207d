package dev.waybill.consumer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.VirtualHost;

import static org.assertj.core.api.Assertions.assertThat;

/** Publishes to the queue: as our producer would, or as a foreign program. */
final class Outbox {

	static final long SOURCE = 4711;

	private final AtomicLong sequence = new AtomicLong();

	private final Queue<String> sent = new ConcurrentLinkedQueue<>();

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
		this.sent.add(id);
	}

	/** Messages of our producer with ids {@code prefix-0} and so on. */
	void sendMany(String prefix, int count) {
		sendMany(prefix, count, Integer.MAX_VALUE);
	}

	/** The same, no faster than so many a second. */
	void sendMany(String prefix, int count, int perSecond) {
		this.host.onChannel((channel) -> {
			channel.confirmSelect();
			long begun = System.nanoTime();
			for (int i = 0; i < count; i++) {
				long early = i * 1000L / perSecond - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
				if (early > 0) {
					Thread.sleep(early);
				}
				publish(channel, waybilled(prefix + "-" + i, this.sequence.incrementAndGet()).build(), "body " + i);
				this.sent.add(prefix + "-" + i);
			}
			channel.waitForConfirmsOrDie(30_000);
			return true;
		});
	}

	/**
	 * Takes what is left in a queue after its consumers have stopped, by the count of the
	 * management API, which knows of what is delayed or unacked too.
	 */
	List<GetResponse> takeLeft(String queue) {
		Eventually.within(Duration.ofSeconds(30),
				() -> this.host.messages(queue) == this.host.onChannel((channel) -> channel.messageCount(queue)));
		long counted = this.host.messages(queue);
		List<GetResponse> left = this.host.drain(queue);
		assertThat(left).hasSize((int) counted);
		return left;
	}

	/**
	 * Checks, after the consumers have stopped, that whatever was sent has been processed
	 * or dead-lettered or is left in the queue, and that nothing else is there.
	 * @param seen the ids of what was processed, and of what the test took itself
	 */
	void accountFor(Collection<String> seen) {
		Set<String> found = new HashSet<>(seen);
		for (String queue : new String[] { "hello.dlq", "hello" }) {
			takeLeft(queue).forEach((one) -> found.add(one.getProps().getMessageId()));
		}
		assertThat(found).containsExactlyInAnyOrderElementsOf(new HashSet<>(this.sent));
	}

	/** Any message, as any program may send it. */
	void foreign(BasicProperties properties, String body) {
		foreign(properties, body, 1);
	}

	/** Any message, several times. */
	void foreign(BasicProperties properties, String body, int times) {
		this.host.onChannel((channel) -> {
			channel.confirmSelect();
			for (int i = 0; i < times; i++) {
				publish(channel, properties, body);
			}
			channel.waitForConfirmsOrDie(10_000);
			return true;
		});
	}

	private static void publish(Channel channel, BasicProperties properties, String body) throws Exception {
		channel.basicPublish("", "hello", properties, body.getBytes(StandardCharsets.UTF_8));
	}

}
