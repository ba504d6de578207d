package dev.waybill.consumer;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import com.rabbitmq.client.ShutdownSignalException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every delivery that the broker waits to hear of: known from its arrival, settled once.
 */
final class InHand {

	private static final Logger logger = LoggerFactory.getLogger(InHand.class);

	private final Set<Delivery> deliveries = ConcurrentHashMap.newKeySet();

	/** What is not processed any more and not handed back yet. */
	private final Set<Delivery> held = ConcurrentHashMap.newKeySet();

	private final ConsumerMetrics metrics;

	InHand(ConsumerMetrics metrics) {
		this.metrics = metrics;
		metrics.inHand(this.deliveries::size);
	}

	void take(Delivery delivery) {
		this.metrics.received(delivery);
		this.deliveries.add(delivery);
		if (!delivery.channel().isOpen()) {
			settle(delivery, Settlement.ABANDONED);
		}
	}

	/** Settles a delivery, unless it is settled. */
	void settle(Delivery delivery, Settlement how) {
		if (delivery.settle()) {
			send(delivery, how);
		}
	}

	/** Keeps a delivery from being processed, unless that has begun. */
	void hold(Delivery delivery) {
		if (delivery.settleUnbegun()) {
			this.held.add(delivery);
		}
	}

	/** Keeps everything from being processed that has not begun. */
	void holdUnbegun() {
		this.deliveries.forEach(this::hold);
	}

	/** Hands back, one by one, what is held. */
	void handBackEach() {
		this.held.forEach((delivery) -> {
			if (this.held.remove(delivery)) {
				send(delivery, Settlement.HANDED_BACK);
			}
		});
	}

	/**
	 * Hands back all of a channel by one {@code basic.nack}. RabbitMQ 4.3.6 was seen to
	 * lose settlements that were still on their way inside it when the channel closed, of
	 * two hundred the most; one is not on its way for long.
	 */
	void handBackAll(ConsumerChannel channel) {
		List<Delivery> left = this.deliveries.stream()
			.filter((delivery) -> delivery.channel() == channel)
			.filter((delivery) -> delivery.settle() || this.held.remove(delivery))
			.toList();
		Settlement done = channel.handBackAll() ? Settlement.HANDED_BACK : Settlement.ABANDONED;
		left.forEach((delivery) -> settled(delivery, done));
	}

	/** Counts a delivery that the client had not seen when all were handed back. */
	void handedBackWithAll(Delivery delivery) {
		if (this.held.remove(delivery)) {
			settled(delivery, Settlement.HANDED_BACK);
		}
	}

	/** Settles all that match. */
	void settleAll(Predicate<Delivery> which, Settlement how) {
		this.deliveries.stream().filter(which).forEach((delivery) -> settle(delivery, how));
	}

	private void send(Delivery delivery, Settlement how) {
		Settlement done = how;
		try {
			how.send(delivery.channel().channel(), delivery.tag());
		}
		catch (IOException | ShutdownSignalException ex) {
			logger.debug("The channel closed before {} was {}", delivery, how.tag(), ex);
			done = Settlement.ABANDONED;
		}
		settled(delivery, done);
	}

	private void settled(Delivery delivery, Settlement how) {
		this.deliveries.remove(delivery);
		this.metrics.settled(how);
	}

}
