package dev.waybill.producer;

import java.io.IOException;
import java.util.Date;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.waybill.contract.Marker;
import dev.waybill.contract.Traceparent;
import dev.waybill.contract.Waybill;
import dev.waybill.producer.ledger.DeliveryLedger;
import dev.waybill.producer.ledger.LaneAccount;
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
 * leaves the channel open with its confirms counted off by one. Long because nobody else
 * touches the channel.
 */
final class PublishLane {

	private static final long POLL_MILLIS = 100;

	/** The broker is busy when more than this part of the window is unconfirmed. */
	private static final int BUSY_SHARE = 8;

	/** How often to look whether the file allows more numbers. */
	private static final long RESERVATION_MILLIS = 5;

	private final RabbitTemplate template;

	private final String queue;

	private final String instance;

	private final EntryQueue entries;

	private final PublishSettings settings;

	private final DeliveryLedger ledger;

	private final RecentMessages recent;

	private final AtomicBoolean stopping;

	private final long source = ThreadLocalRandom.current().nextLong();

	private volatile @Nullable ConfirmWindow window;

	PublishLane(RabbitTemplate template, String queue, String instance, EntryQueue entries, PublishSettings settings,
			DeliveryLedger ledger, RecentMessages recent, AtomicBoolean stopping) {
		this.template = template;
		this.queue = queue;
		this.instance = instance;
		this.entries = entries;
		this.settings = settings;
		this.ledger = ledger;
		this.recent = recent;
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
			listen(channel);
			long first = channel.getNextPublishSeqNo();
			LaneAccount account = this.ledger.open(this.source);
			ConfirmWindow opened = new ConfirmWindow(this.settings.window(), first, account);
			this.window = opened;
			RecentMessages.Lane published = this.recent.open(this.source);
			try {
				publish(operations, channel, opened, account, published);
			}
			finally {
				published.close();
			}
			return opened;
		});
	}

	private void listen(Channel channel) {
		// In place of Spring's own, which hands a return to another thread, behind its
		// ack.
		channel.clearReturnListeners();
		channel
			.addReturnListener((replyCode, replyText, exchange, routingKey, properties, body) -> returned(properties));
		// Not given to invoke(): it would take the listener off again at the end, which
		// throws on a dead channel before invoke() has let go of this thread, for good.
		channel.addConfirmListener((tag, multiple) -> confirmed(tag, multiple, true),
				(tag, multiple) -> confirmed(tag, multiple, false));
	}

	private void publish(RabbitOperations operations, Channel channel, ConfirmWindow opened, LaneAccount account,
			RecentMessages.Lane published) {
		try {
			while (!(this.stopping.get() && opened.isSettled() && this.entries.size() == 0)) {
				if (!channel.isOpen()) {
					throw new AmqpException("the channel ended: " + channel.getCloseReason());
				}
				if (!opened.awaitPlace(POLL_MILLIS)) {
					continue;
				}
				// With nothing in hand, since a stop may interrupt it.
				linger(opened);
				OptionalLong marker = this.ledger.takeMarker();
				if (marker.isPresent()) {
					if (opened.addMarker()) {
						operations.send("", this.queue, marker(marker.getAsLong()));
					}
				}
				else if (!account.mayPublish()) {
					Thread.sleep(RESERVATION_MILLIS);
				}
				else {
					Publication next = this.entries.poll(POLL_MILLIS);
					if (next != null) {
						publishGathered(operations, next, opened, account, published);
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
	 * Lets more gather while the broker is busy with what it has: a few large bursts cost
	 * the broker, the consumer and us less than many small ones. Like Nagle's rule (RFC
	 * 896), but with a bound, and what finds the broker with little to do does not wait.
	 */
	private void linger(ConfirmWindow opened) throws InterruptedException {
		int window = this.settings.window();
		if (this.entries.size() < window / 2) {
			opened.awaitFew(window / BUSY_SHARE, this.settings.linger().toNanos());
		}
	}

	/** Publishes what has gathered, a window at most, with one flush. */
	private void publishGathered(RabbitOperations operations, Publication first, ConfirmWindow opened,
			LaneAccount account, RecentMessages.Lane published) throws InterruptedException {
		Publication next = first;
		try {
			FlushHold.begin();
			for (int left = this.settings.window(); next != null; left--) {
				if (claim(next, opened)) {
					publish(operations, next, opened, published);
				}
				// One by one: what waits here stays under the eyes of the deadlines.
				next = (left > 1 && opened.hasPlace() && account.mayPublish()) ? this.entries.poll(0) : null;
			}
		}
		catch (Throwable ex) {
			if (next != null) { // which, unless it was claimed, nobody else knows of
				forgetInterrupt();
				next.withdraw(Reason.BROKER_UNAVAILABLE);
			}
			throw ex;
		}
		finally {
			write();
		}
	}

	private static void write() {
		try {
			FlushHold.end();
		}
		catch (IOException ex) {
			throw new AmqpIOException(ex);
		}
	}

	private void publish(RabbitOperations operations, Publication next, ConfirmWindow opened,
			RecentMessages.Lane published) {
		// Before it is in the window, where its deadline may settle it.
		byte[] body = next.body();
		PublishTrace trace = next.trace();
		String traceparent = null;
		Copy copy = null;
		try {
			traceparent = (trace != null) ? trace.begin(body.length) : null;
			copy = opened.add(next);
		}
		finally {
			if (copy == null) { // a stop has just ended the window, or there is no memory
				forgetInterrupt();
				next.settle(Settlement.of(Reason.BROKER_UNAVAILABLE));
			}
		}
		if (copy != null) {
			published.note(copy);
			if (trace != null) {
				trace.numbered(copy);
			}
			operations.send("", this.queue, message(next, body, copy.sequence(), traceparent));
		}
	}

	/** A client is answered on this thread: an interrupt would close its connection. */
	static void forgetInterrupt() {
		Thread.interrupted();
	}

	/**
	 * What would not be confirmed in time is better not published: rejected is a better
	 * answer than unknown.
	 */
	private boolean claim(Publication publication, ConfirmWindow opened) {
		long left = publication.remaining(System.nanoTime());
		long whole = publication.remaining(publication.startedNanos());
		if (left < Math.min(2 * opened.recentLatency(), whole / 2)) {
			forgetInterrupt();
			publication.withdraw(publication.isRepublished() ? Reason.CONNECTION_LOST : Reason.OVERLOADED);
			return false;
		}
		return publication.claim();
	}

	private Message message(Publication publication, byte[] body, long sequence, @Nullable String traceparent) {
		IncomingMessage message = publication.message();
		MessageProperties properties = new MessageProperties();
		properties.setContentType((message.contentType() != null) ? message.contentType() : "");
		properties.setContentEncoding(message.contentEncoding());
		properties.setMessageId(message.messageId());
		properties.setDeliveryMode(MessageDeliveryMode.PERSISTENT);
		properties.setTimestamp(new Date(publication.acceptedAt() / 1000));
		new Waybill(this.instance, this.source, sequence, publication.acceptedAt(), publication.mayHaveCopy())
			.writeTo(properties);
		if (traceparent != null) {
			properties.setHeader(Traceparent.HEADER, traceparent);
		}
		return new Message(body, properties);
	}

	/** It takes the road of the messages, so that it can vouch for them. */
	private Message marker(long number) {
		MessageProperties properties = new MessageProperties();
		properties.setContentType("");
		properties.setDeliveryMode(MessageDeliveryMode.PERSISTENT);
		properties.setAppId(this.instance);
		properties.setHeader(Marker.HEADER, number);
		return new Message(new byte[0], properties);
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
			opened.markReturned(number);
		}
	}

	/** Is told the connection of a lane that is about to publish. */
	interface Started {

		void on(Connection connection) throws IOException;

	}

}
