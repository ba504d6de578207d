package dev.waybill.consumer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.Receipt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what receipt is written next: the oldest that the broker has neither confirmed
 * nor been sent on this channel; so after a reconnect all go again, in their order.
 * <p>
 * One thread writes, without a lock, since a broker in alarm lets the socket block; the
 * lock is for the books alone, which the connection's own thread changes as it hears of
 * confirms. Long because both keep the same books.
 */
final class ReceiptsPublisher implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ReceiptsPublisher.class);

	private static final long LOOK_MILLIS = 100;

	/** Before what the broker nacked, or closed a channel for, is tried again. */
	private static final Duration PAUSE = Duration.ofMillis(500);

	/** A channel that lives for so long was not closed for what was published on it. */
	private static final Duration PROOF = Duration.ofSeconds(2);

	private final Object lock = new Object();

	/** What is to be written, by its order; under the lock. */
	private final TreeMap<Long, Letter> unsent = new TreeMap<>();

	/** What was nacked and is written again later; under the lock. */
	private final TreeMap<Long, Letter> nacked = new TreeMap<>();

	/** What is written on the present channel, by publish number; under the lock. */
	private TreeMap<Long, Letter> sent = new TreeMap<>();

	private final Thread thread = new Thread(this::run, "waybill-receipts");

	private final BrokerConnection broker;

	private final String exchange;

	private final ConsumerMetrics metrics;

	private volatile Consumer<List<Letter>> onDelivered = (letters) -> {
	};

	private volatile @Nullable Channel channel;

	private volatile long openedAt = System.nanoTime();

	/** When there was last a way to publish, or nothing to be said about it. */
	private volatile long goodAt = System.nanoTime();

	private long nackedAt;

	private volatile boolean closed;

	private volatile @Nullable String lastTrouble;

	ReceiptsPublisher(BrokerConnection broker, HelloQueue queue, ConsumerMetrics metrics) {
		this.broker = broker;
		this.exchange = queue.receiptsExchange();
		this.metrics = metrics;
		metrics.receiptsOutstanding(this::outstanding);
		this.thread.setDaemon(true);
	}

	/** Begins to write; whoever hears of deliveries must not be slow. */
	void start(Consumer<List<Letter>> onDelivered) {
		this.onDelivered = onDelivered;
		this.thread.start();
	}

	void send(Letter letter) {
		synchronized (this.lock) {
			this.unsent.put(letter.order(), letter);
			this.lock.notifyAll();
		}
		this.metrics.receiptPublished();
	}

	/** How many receipts have been written, or are to be, and are not confirmed. */
	int outstanding() {
		synchronized (this.lock) {
			return this.unsent.size() + this.nacked.size() + this.sent.size();
		}
	}

	/**
	 * How long there has been no way to publish, although the broker is there. A channel
	 * that was just opened is none yet: the broker may close it at each publish.
	 */
	Duration away() {
		Channel current = this.channel;
		boolean proven = current != null && current.isOpen() && this.goodAt - this.openedAt >= 0;
		return proven ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - this.goodAt);
	}

	@Override
	public void close() {
		this.closed = true;
		this.thread.interrupt();
		Channel current = this.channel;
		if (current != null) {
			discard(current);
		}
	}

	private void run() {
		while (!this.closed) {
			try {
				Letter letter = next();
				Channel open = letter != null || this.broker.isConnected() ? open() : null;
				if (letter != null && open != null && !this.broker.isBlocked()) {
					publish(open, letter);
				}
				else if (letter != null || open == null) {
					Thread.sleep(LOOK_MILLIS);
				}
			}
			catch (InterruptedException ex) {
				logger.debug("Interrupted", ex);
			}
			catch (Throwable ex) { // a thread that ends would stop the service unseen
				trouble(ex);
			}
		}
	}

	/** The next to be written, waited for a little. */
	private @Nullable Letter next() throws InterruptedException {
		synchronized (this.lock) {
			if (!this.nacked.isEmpty() && System.nanoTime() - this.nackedAt >= PAUSE.toNanos()) {
				this.unsent.putAll(this.nacked);
				this.nacked.clear();
			}
			if (this.unsent.isEmpty()) {
				this.lock.wait(LOOK_MILLIS);
			}
			Map.Entry<Long, Letter> first = this.unsent.firstEntry();
			return (first != null) ? first.getValue() : null;
		}
	}

	private @Nullable Channel open() throws IOException, InterruptedException {
		Channel current = this.channel;
		long now = System.nanoTime();
		if (current != null && current.isOpen()) {
			if (outstanding() == 0 || this.broker.isBlocked() || now - this.openedAt >= PROOF.toNanos()) {
				this.goodAt = now;
			}
			return current;
		}
		if (!this.broker.isConnected() || this.broker.isBlocked()) {
			// That is not only ours; and a broker that blocks does not answer an open.
			this.goodAt = now;
			return null;
		}
		if (current != null) {
			this.channel = null;
			explain(current);
		}
		Channel fresh = this.broker.publishingConnection().createChannel();
		if (fresh == null) {
			throw new IOException("the connection has no channel left");
		}
		try {
			fresh.confirmSelect();
		}
		catch (IOException | RuntimeException ex) {
			discard(fresh);
			throw ex;
		}
		TreeMap<Long, Letter> ofThisChannel = startOver();
		fresh.addReturnListener((returned) -> returned(ofThisChannel, returned.getProperties().getCorrelationId()));
		fresh.addConfirmListener((number, multiple) -> confirmed(take(ofThisChannel, number, multiple)),
				(number, multiple) -> nacked(take(ofThisChannel, number, multiple)));
		this.openedAt = System.nanoTime();
		this.channel = fresh;
		return fresh;
	}

	/** What the broker closes a channel for comes again at once, unless it is mended. */
	private void explain(Channel closed) throws IOException {
		ShutdownSignalException reason = closed.getCloseReason();
		if (reason != null && !reason.isHardError() && !reason.isInitiatedByApplication()) {
			this.broker.ensureQueues();
			throw new IOException(reason.getMessage(), reason);
		}
	}

	/** What an earlier channel has not confirmed is to be written again. */
	private TreeMap<Long, Letter> startOver() {
		synchronized (this.lock) {
			this.sent.values().forEach((letter) -> this.unsent.put(letter.order(), letter));
			this.sent.clear();
			this.sent = new TreeMap<>();
			return this.sent;
		}
	}

	private void publish(Channel open, Letter letter) throws IOException {
		BasicProperties properties = new BasicProperties.Builder().contentType(Receipt.CONTENT_TYPE)
			.deliveryMode(2)
			.correlationId(Long.toString(letter.order()))
			.build();
		synchronized (this.lock) {
			// Before it is written, or its confirm could come first.
			if (this.unsent.remove(letter.order()) == null) {
				return;
			}
			letter.sent();
			this.sent.put(open.getNextPublishSeqNo(), letter);
		}
		try {
			open.basicPublish(this.exchange, letter.owner(), true, properties, letter.body());
		}
		catch (Throwable ex) {
			// Whatever it was, the numbers of its confirms are no longer known.
			discard(open);
			throw ex;
		}
	}

	private List<Letter> take(TreeMap<Long, Letter> ofChannel, long number, boolean multiple) {
		synchronized (this.lock) {
			Map<Long, Letter> settled = multiple ? ofChannel.headMap(number, true)
					: ofChannel.subMap(number, true, number, true);
			List<Letter> letters = new ArrayList<>(settled.values());
			settled.clear();
			return letters;
		}
	}

	private void confirmed(List<Letter> letters) {
		this.goodAt = System.nanoTime();
		this.lastTrouble = null;
		letters.forEach((letter) -> this.metrics.receiptDelivered(letter.isReturned()));
		this.onDelivered.accept(letters);
	}

	private void nacked(List<Letter> letters) {
		List<Letter> returned = letters.stream().filter(Letter::isReturned).toList();
		confirmed(returned);
		synchronized (this.lock) {
			letters.stream()
				.filter((letter) -> !letter.isReturned())
				.forEach((letter) -> this.nacked.put(letter.order(), letter));
			this.nackedAt = System.nanoTime();
		}
	}

	/**
	 * Its producer is gone for good, so there is nothing to wait for. RabbitMQ returns
	 * before it confirms; other brokers nack before they return.
	 */
	private void returned(TreeMap<Long, Letter> ofChannel, @Nullable String correlationId) {
		if (correlationId == null) {
			return;
		}
		long order = Long.parseLong(correlationId);
		Letter gone;
		synchronized (this.lock) {
			ofChannel.values().stream().filter((letter) -> letter.order() == order).forEach(Letter::returned);
			gone = this.nacked.remove(order);
		}
		if (gone != null) {
			gone.returned();
			confirmed(List.of(gone));
		}
	}

	private void trouble(Throwable ex) {
		String what = String.valueOf((ex.getCause() instanceof ShutdownSignalException) ? ex.getCause() : ex);
		if (!this.closed && !what.equals(this.lastTrouble)) {
			this.lastTrouble = what;
			logger.warn("Receipts cannot be published; trying again until they can ({})", what);
		}
		try {
			TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
		}
		catch (InterruptedException interrupt) {
			logger.debug("Interrupted", interrupt);
		}
	}

	private static void discard(Channel channel) {
		try {
			channel.abort();
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Not closed, the channel is gone", ex);
		}
	}

}
