package dev.waybill.consumer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

import com.rabbitmq.client.ShutdownSignalException;
import org.jspecify.annotations.Nullable;
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

	private final InHandBytes bytes;

	private final ConsumerMetrics metrics;

	private final Consumer<Delivery> letGo;

	/**
	 * Begins with nothing.
	 * @param bytes who minds how much it is
	 * @param metrics who counts it
	 * @param letGo whoever is to know of what is neither acked nor in hand any more
	 */
	InHand(InHandBytes bytes, ConsumerMetrics metrics, Consumer<Delivery> letGo) {
		this.bytes = bytes;
		this.metrics = metrics;
		this.letGo = letGo;
		metrics.inHand(this.deliveries::size);
	}

	void take(Delivery delivery) {
		this.metrics.received(delivery);
		this.bytes.take(delivery);
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

	/** Acks what has been reported, on the channels that it came from. */
	void ack(List<Reported> reported) {
		Map<ConsumerChannel, List<Reported>> byChannel = new LinkedHashMap<>();
		reported.stream()
			.filter((one) -> one.delivery().settle())
			.forEach((one) -> byChannel.computeIfAbsent(one.delivery().channel(), (channel) -> new ArrayList<>())
				.add(one));
		byChannel.forEach((channel, ones) -> {
			Settlement instead = ack(channel, ones);
			ones.forEach((one) -> settled(one.delivery(), (instead != null) ? instead : one.how()));
		});
	}

	private static @Nullable Settlement ack(ConsumerChannel channel, List<Reported> reported) {
		try {
			return channel.ack(reported.stream().map((one) -> one.delivery().tag()).toList()) ? null
					: Settlement.HANDED_BACK;
		}
		catch (IOException | ShutdownSignalException ex) {
			logger.debug("The channel closed before {} deliveries were acked", reported.size(), ex);
			return Settlement.ABANDONED;
		}
	}

	/** What is in hand now. */
	Collection<Delivery> deliveries() {
		return this.deliveries;
	}

	/** Settles all that match. */
	void settleAll(Predicate<Delivery> which, Settlement how) {
		this.deliveries.stream().filter(which).forEach((delivery) -> settle(delivery, how));
	}

	private void send(Delivery delivery, Settlement how) {
		Settlement done = how;
		try {
			if (!delivery.channel().settle(delivery.tag(), how)) {
				done = Settlement.HANDED_BACK;
			}
		}
		catch (IOException | ShutdownSignalException ex) {
			logger.debug("The channel closed before {} was {}", delivery, how.tag(), ex);
			done = Settlement.ABANDONED;
		}
		settled(delivery, done);
	}

	private void settled(Delivery delivery, Settlement how) {
		this.deliveries.remove(delivery);
		this.bytes.free(delivery);
		this.metrics.settled(how);
		if (how == Settlement.REJECTED || how == Settlement.DROPPED_TO_BROKER || how == Settlement.HANDED_BACK) {
			this.letGo.accept(delivery);
		}
	}

}
