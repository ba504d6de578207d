package dev.waybill.consumer;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import com.rabbitmq.client.Channel;
import dev.waybill.contract.HelloQueue;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a dead letter has been published: confirmed and not returned, in time,
 * over a connection of its own.
 * <p>
 * One thread and one message at a time: a return comes before the confirm of the same
 * message, so what comes is about that one; and a socket that blocks holds up this thread
 * alone. Whatever goes wrong ends the channel, since what it says later would be credited
 * to the next message.
 */
final class DeadLetterPublisher implements AutoCloseable {

	private final ExecutorService thread = Executors.newSingleThreadExecutor((task) -> {
		Thread publisher = new Thread(task, "waybill-dead-letters");
		publisher.setDaemon(true);
		return publisher;
	});

	private final BrokerConnection broker;

	private final String exchange;

	private final long timeoutMillis;

	private final @Nullable DeliveryTraces traces;

	/** The publisher thread's alone. */
	private @Nullable Channel channel;

	/** The publisher thread's, and set by the connection's. */
	private AtomicBoolean returned = new AtomicBoolean();

	DeadLetterPublisher(BrokerConnection broker, HelloQueue queue, DeadLetterSettings settings,
			@Nullable DeliveryTraces traces) {
		this.broker = broker;
		this.exchange = queue.deadLetterExchange();
		this.timeoutMillis = settings.publishTimeout().toMillis();
		this.traces = traces;
	}

	/**
	 * Publishes the copy of a delivery.
	 * @return why the broker does not have it for certain; null only where it has, in its
	 * queue
	 */
	@Nullable String publish(Delivery delivery, DeadLetterCopy copy) {
		return (this.traces == null) ? publish(copy, delivery.body())
				: this.traces.deadLetter(delivery, (traceparent) -> publish(copy.with(traceparent), delivery.body()));
	}

	private @Nullable String publish(DeadLetterCopy copy, byte[] body) {
		if (this.broker.isBlocked()) {
			return "the broker blocks publishing";
		}
		Future<@Nullable String> published = this.thread.submit(() -> publishNow(copy, body));
		try {
			return published.get(this.timeoutMillis, TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			published.cancel(true);
			return "not confirmed within " + this.timeoutMillis + " ms";
		}
		catch (ExecutionException ex) {
			return String.valueOf(ex.getCause());
		}
		catch (InterruptedException ex) {
			published.cancel(true);
			Thread.currentThread().interrupt();
			return "interrupted";
		}
	}

	@Override
	public void close() {
		this.thread.shutdownNow();
	}

	private @Nullable String publishNow(DeadLetterCopy copy, byte[] body) throws Exception {
		boolean stored = false;
		try {
			Channel open = open();
			open.basicPublish(this.exchange, HelloQueue.DLQ_KEY, true,
					copy.properties(open.getConnection().getFrameMax()), body);
			boolean confirmed = open.waitForConfirms(this.timeoutMillis);
			stored = confirmed && !this.returned.get();
			return stored ? null : confirmed ? "returned" : "nacked";
		}
		finally {
			if (!stored) {
				discard();
			}
		}
	}

	private Channel open() throws IOException {
		if (this.channel != null && this.channel.isOpen()) {
			return this.channel;
		}
		Channel fresh = this.broker.publishingConnection().createChannel();
		if (fresh == null) {
			throw new IOException("the connection has no channel left");
		}
		this.channel = fresh;
		AtomicBoolean ofThisChannel = new AtomicBoolean();
		this.returned = ofThisChannel;
		fresh.addReturnListener((message) -> ofThisChannel.set(true));
		fresh.confirmSelect();
		return fresh;
	}

	private void discard() throws IOException {
		if (this.channel != null) {
			this.channel.abort();
			this.channel = null;
		}
	}

}
