package dev.waybill.consumer;

import java.io.IOException;
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

	/** Hands back a delivery, unless its processing has begun. */
	void handBack(Delivery delivery) {
		if (delivery.settleUnbegun()) {
			send(delivery, Settlement.HANDED_BACK);
		}
	}

	/** Hands back everything whose processing has not begun. */
	void handBackUnbegun() {
		this.deliveries.forEach(this::handBack);
	}

	/** Settles all that match. */
	void settleAll(Predicate<Delivery> which, Settlement how) {
		this.deliveries.stream().filter(which).forEach((delivery) -> settle(delivery, how));
	}

	boolean isEmpty() {
		return this.deliveries.isEmpty();
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
		this.deliveries.remove(delivery);
		this.metrics.settled(done);
	}

}
