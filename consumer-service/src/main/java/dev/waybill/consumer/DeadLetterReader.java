package dev.waybill.consumer;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.rabbitmq.client.Channel;
import dev.waybill.contract.FailureLog;
import dev.waybill.contract.Waybill;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.annotation.RabbitListener;

/**
 * Moves what came by the broker's road to the dead letters for people: copied, confirmed,
 * and only then acked; what cannot be copied is kept and tried again.
 */
final class DeadLetterReader implements AutoCloseable {

	static final String ID = "dead";

	/** What the tags of its consumers begin with. */
	static final String TAG = "waybill-dead-";

	static final int PREFETCH = 10;

	private static final Duration FOR_RECEIPTS = Duration.ofSeconds(2);

	private static final Logger logger = LoggerFactory.getLogger(DeadLetterReader.class);

	private final ScheduledExecutorService thread = Executors
		.newSingleThreadScheduledExecutor((task) -> new Thread(task, "waybill-dead-letter-reader"));

	private final Set<Delivery> waiting = ConcurrentHashMap.newKeySet();

	private final DeadLetterPublisher publisher;

	private final Duration retryInterval;

	private final ReceiptsBook receipts;

	private final Markers markers;

	private final ConsumerMetrics metrics;

	private final FailureLog failures;

	private volatile @Nullable ConsumerChannel current;

	private volatile boolean closing;

	DeadLetterReader(DeadLetterPublisher publisher, DeadLetterSettings settings, ReceiptsBook receipts, Markers markers,
			ConsumerMetrics metrics, FailureLog failures) {
		this.failures = failures;
		this.receipts = receipts;
		this.markers = markers;
		receipts.watch(() -> this.waiting);
		this.publisher = publisher;
		this.retryInterval = settings.retryInterval();
		this.metrics = metrics;
		metrics.deadLettersWaiting(this.waiting::size);
	}

	@RabbitListener(id = ID, queues = "${waybill.queue.name:hello}.dead", ackMode = "MANUAL",
			messageConverter = "waybillUntouchedBody", autoStartup = "false")
	void take(Message message, Channel channel) {
		Delivery delivery = new Delivery(from(channel, message), message);
		delivery.channel().arrived(delivery.tag());
		Long marker = delivery.marker();
		if (marker != null) {
			take(delivery, marker);
			return;
		}
		this.waiting.add(delivery);
		if (this.closing) {
			delivery.channel().cancel();
			handBack(delivery);
			return;
		}
		if (delivery.redelivered()) {
			this.receipts.name(delivery);
		}
		this.thread.execute(() -> move(delivery));
	}

	private void take(Delivery delivery, long marker) {
		if (this.closing) {
			delivery.channel().cancel();
			this.markers.handBack(delivery);
		}
		else {
			this.markers.arrived(delivery, marker);
		}
	}

	private ConsumerChannel from(Channel channel, Message message) {
		Channel raw = ConsumerChannel.raw(channel);
		ConsumerChannel known = this.current;
		if (known == null || known.channel() != raw) {
			known = new ConsumerChannel(raw, String.valueOf(message.getMessageProperties().getConsumerTag()));
			this.current = known;
		}
		return known;
	}

	/** Takes what arrives, again. */
	void open() {
		this.closing = false;
	}

	/** Hands back what it holds, and all that still arrives. */
	void handBack() {
		this.closing = true;
		this.waiting.forEach((delivery) -> delivery.channel().cancel());
		try {
			this.receipts.awaitSettled(FOR_RECEIPTS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.waiting.forEach(this::handBack);
	}

	@Override
	public void close() {
		this.thread.shutdownNow();
	}

	private void move(Delivery delivery) {
		if (delivery.isSettled()) {
			return;
		}
		if (!delivery.channel().isOpen()) {
			settle(delivery, Settlement.ABANDONED);
			return;
		}
		String why = this.publisher.publish(delivery, DeadLetterCopy.byTheBroker(delivery));
		if (why == null) {
			told(delivery);
		}
		else {
			this.metrics.deadLetterFailed();
			this.failures.tell(logger, Level.WARN, "dead letter not moved on", delivery.about(),
					() -> "A dead letter could not be moved on, " + why + "; it is tried again in "
							+ DurationText.of(this.retryInterval));
			if (!this.thread.isShutdown()) {
				this.thread.schedule(() -> move(delivery), this.retryInterval.toMillis(), TimeUnit.MILLISECONDS);
			}
		}
	}

	/** Its producer first, where it names one. */
	private void told(Delivery delivery) {
		Waybill waybill = delivery.waybill();
		if (waybill == null) {
			moved(delivery);
		}
		else {
			this.receipts.moved(delivery, waybill, () -> moved(delivery));
		}
	}

	private void moved(Delivery delivery) {
		settle(delivery, Settlement.ACKED);
		this.metrics.deadLetterRead();
	}

	private void handBack(Delivery delivery) {
		this.receipts.name(delivery);
		settle(delivery, Settlement.HANDED_BACK);
	}

	private void settle(Delivery delivery, Settlement how) {
		if (delivery.settle()) {
			this.waiting.remove(delivery);
			try {
				delivery.channel().settle(delivery.tag(), how);
			}
			catch (Exception ex) {
				logger.debug("The channel closed before {} was {}", delivery, how.tag(), ex);
			}
		}
	}

}
