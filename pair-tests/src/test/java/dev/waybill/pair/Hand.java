package dev.waybill.pair;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import dev.waybill.testing.VirtualHost;

/**
 * Somebody who takes messages out of the queue by hand, before any consumer gets them.
 */
final class Hand {

	private Hand() {
	}

	/**
	 * Takes the next message of those that come, does something with it, and tells its
	 * number.
	 */
	static String takes(VirtualHost host, Deed deed) {
		return takes(host, () -> {
		}, deed);
	}

	/**
	 * The same, and begins something when it is there; or a consumer could be faster.
	 */
	static String takes(VirtualHost host, Runnable begin, Deed deed) {
		return takes(host, 1, begin, deed);
	}

	/** The same, so many times one after the other. */
	static String takes(VirtualHost host, int times, Runnable begin, Deed deed) {
		return host.onChannel((channel) -> {
			BlockingQueue<Delivery> taken = new LinkedBlockingQueue<>();
			channel.basicQos(1);
			String consumer = channel.basicConsume("hello", false, Map.of("x-priority", 100),
					(tag, delivery) -> taken.add(delivery), (tag) -> {
					});
			begin.run();
			for (int time = 1; time < times; time++) {
				deed.with(channel, next(taken).getEnvelope().getDeliveryTag());
			}
			Delivery last = next(taken);
			channel.basicCancel(consumer);
			deed.with(channel, last.getEnvelope().getDeliveryTag());
			return Tap.number(last.getProperties().getHeaders());
		});
	}

	private static Delivery next(BlockingQueue<Delivery> taken) throws InterruptedException {
		Delivery delivery = taken.poll(60, TimeUnit.SECONDS);
		if (delivery == null) {
			throw new IllegalStateException("nothing came");
		}
		return delivery;
	}

	/** What is done with what was taken. */
	interface Deed {

		void with(Channel channel, long tag) throws Exception;

	}

}
