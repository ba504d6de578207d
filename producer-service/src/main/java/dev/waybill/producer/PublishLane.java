package dev.waybill.producer;

import java.io.IOException;
import java.util.Date;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.waybill.contract.Waybill;
import org.jspecify.annotations.Nullable;

import org.springframework.amqp.AmqpException;
import org.springframework.amqp.AmqpIOException;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageDeliveryMode;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.connection.RabbitUtils;
import org.springframework.amqp.rabbit.core.RabbitOperations;
import org.springframework.amqp.rabbit.core.RabbitTemplate;

/**
 * One channel for its life: numbers each message, publishes it, and hears what the broker
 * says of it.
 * <p>
 * It ends at the first exception, since one out of {@code basicPublish} before the wire
 * leaves the channel open with its confirms counted off by one.
 */
final class PublishLane {

	private static final long POLL_MILLIS = 100;

	private final RabbitTemplate template;

	private final String queue;

	private final String instance;

	private final EntryQueue entries;

	private final int windowSize;

	private final AtomicBoolean stopping;

	private final long source = ThreadLocalRandom.current().nextLong();

	private volatile @Nullable ConfirmWindow window;

	private long sequence;

	/** The channel's publish number is the sequence plus this. */
	private volatile long offset;

	PublishLane(RabbitTemplate template, String queue, String instance, EntryQueue entries, int windowSize,
			AtomicBoolean stopping) {
		this.template = template;
		this.queue = queue;
		this.instance = instance;
		this.entries = entries;
		this.windowSize = windowSize;
		this.stopping = stopping;
	}

	/** The source of this lane's numbers. */
	long source() {
		return this.source;
	}

	/** What is unconfirmed; null before the channel is open. */
	@Nullable ConfirmWindow window() {
		return this.window;
	}

	/**
	 * Publishes until it is stopped and has heard of everything, or its channel ends.
	 * @param started is told the connection when the channel is open, before the first
	 * publish
	 * @throws AmqpException when the channel ends
	 */
	void run(Started started) {
		this.template.invoke((operations) -> {
			Channel channel = Objects.requireNonNull(operations.execute((open) -> open));
			// Its publish numbers are this lane's alone, so nobody gets the channel after
			// it.
			RabbitUtils.setPhysicalCloseRequired(channel, true);
			try {
				started.on(channel.getConnection());
			}
			catch (IOException ex) {
				throw new AmqpIOException(ex);
			}
			ConfirmWindow opened = open(channel);
			this.window = opened;
			publish(operations, channel, opened);
			return opened;
		});
	}

	private ConfirmWindow open(Channel channel) {
		// In place of Spring's own, which hands a return to another thread, behind its
		// ack.
		channel.clearReturnListeners();
		channel
			.addReturnListener((replyCode, replyText, exchange, routingKey, properties, body) -> returned(properties));
		// Not given to invoke(): it would take the listener off again at the end, which
		// throws on a dead channel before invoke() has let go of this thread, for good.
		channel.addConfirmListener((tag, multiple) -> confirmed(tag, multiple, true),
				(tag, multiple) -> confirmed(tag, multiple, false));
		long first = channel.getNextPublishSeqNo();
		this.offset = first - 1;
		return new ConfirmWindow(this.windowSize, first);
	}

	private void publish(RabbitOperations operations, Channel channel, ConfirmWindow opened) {
		try {
			while (!(this.stopping.get() && opened.isSettled() && this.entries.size() == 0)) {
				if (!channel.isOpen()) {
					throw new AmqpException("the channel ended: " + channel.getCloseReason());
				}
				Publication next = opened.awaitPlace(POLL_MILLIS) ? this.entries.poll(POLL_MILLIS) : null;
				if (next != null && claim(next, opened)) {
					// Before it is in the window, where its deadline may settle it.
					Message message = number(next);
					if (opened.add(next)) {
						operations.send("", this.queue, message);
					}
					else { // a stop has just ended the window
						next.settle(Settlement.of(Reason.BROKER_UNAVAILABLE));
					}
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AmqpException("interrupted", ex);
		}
	}

	/**
	 * What would not be confirmed in time is better not published: rejected is a better
	 * answer than unknown.
	 */
	private boolean claim(Publication publication, ConfirmWindow opened) {
		long left = publication.remaining(System.nanoTime());
		long whole = publication.remaining(publication.startedNanos());
		if (left < Math.min(2 * opened.recentLatency(), whole / 2)) {
			publication.withdraw(publication.isRepublished() ? Reason.CONNECTION_LOST : Reason.OVERLOADED);
			return false;
		}
		return publication.claim();
	}

	private Message number(Publication publication) {
		IncomingMessage message = publication.message();
		MessageProperties properties = new MessageProperties();
		properties.setContentType((message.contentType() != null) ? message.contentType() : "");
		properties.setContentEncoding(message.contentEncoding());
		properties.setMessageId(message.messageId());
		properties.setDeliveryMode(MessageDeliveryMode.PERSISTENT);
		properties.setTimestamp(new Date(publication.acceptedAt() / 1000));
		new Waybill(this.instance, this.source, ++this.sequence, publication.acceptedAt(), publication.mayHaveCopy())
			.writeTo(properties);
		return new Message(publication.body(), properties);
	}

	private void confirmed(long tag, boolean multiple, boolean ack) {
		ConfirmWindow opened = this.window;
		if (opened != null) {
			opened.confirmed(tag, multiple, ack);
		}
	}

	private void returned(BasicProperties properties) {
		ConfirmWindow opened = this.window;
		if (opened != null && properties.getHeaders().get(Waybill.SOURCE) instanceof Long from && from == this.source
				&& properties.getHeaders().get(Waybill.SEQUENCE) instanceof Long number) {
			opened.markReturned(number + this.offset);
		}
	}

	/** Is told the connection of a lane that is about to publish. */
	interface Started {

		void on(Connection connection) throws IOException;

	}

}
