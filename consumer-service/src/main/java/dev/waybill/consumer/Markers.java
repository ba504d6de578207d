package dev.waybill.consumer;

import java.io.IOException;

import com.rabbitmq.client.ShutdownSignalException;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloQueue.Type;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides how a marker comes through: by the broker's own road, behind every earlier dead
 * letter, and answered at its end; where there is no such road, answered at once.
 */
final class Markers {

	private static final Logger logger = LoggerFactory.getLogger(Markers.class);

	private final ReceiptsBook receipts;

	private final ConsumerMetrics metrics;

	private final boolean brokerHasRoad;

	Markers(ReceiptsBook receipts, HelloQueue queue, ConsumerMetrics metrics) {
		this.receipts = receipts;
		this.metrics = metrics;
		this.brokerHasRoad = queue.type() != Type.TUTORIAL;
	}

	/** Sends on one that was delivered from the queue. */
	void pass(Delivery delivery, long marker) {
		this.metrics.markerOfHello();
		if (this.brokerHasRoad) {
			settle(delivery, Settlement.DROPPED_TO_BROKER);
		}
		else {
			answer(delivery, marker);
		}
	}

	/** Answers one that was delivered from the dead letters. */
	void arrived(Delivery delivery, long marker) {
		this.metrics.markerOfDead();
		answer(delivery, marker);
	}

	/** Puts one back that comes too late. */
	void handBack(Delivery delivery) {
		settle(delivery, Settlement.HANDED_BACK);
	}

	private void answer(Delivery delivery, long marker) {
		this.receipts.marker(delivery.properties().getAppId(), marker, () -> settle(delivery, Settlement.ACKED));
	}

	private static void settle(Delivery delivery, Settlement how) {
		try {
			delivery.channel().settle(delivery.tag(), how);
		}
		catch (IOException | ShutdownSignalException ex) {
			logger.debug("The channel closed before a marker was {}", how.tag(), ex);
		}
	}

}
