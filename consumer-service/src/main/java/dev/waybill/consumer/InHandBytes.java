package dev.waybill.consumer;

import java.time.Duration;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.NoOpMetricsCollector;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the connection that delivers is read on: while what is in hand is below
 * its limit of bytes, since a prefetch counts messages, however large.
 * <p>
 * Whoever reads waits here, and TCP holds up the broker. It is a collector of metrics
 * because that is the client's one hook on the thread that reads, before each delivery.
 * The client sends its heartbeats by another thread, and misses the broker's only while
 * it reads.
 */
final class InHandBytes extends NoOpMetricsCollector {

	/** What a delivery takes beside its body, rather more than less. */
	private static final int OVERHEAD = 1024;

	private final Object lock = new Object();

	private final long limit;

	/** Under the lock, as the next ones. */
	private long bytes;

	private long read;

	private boolean letThrough;

	private boolean waiting;

	private long waitedAt = System.nanoTime() - Duration.ofHours(1).toNanos();

	/** Who has read a delivery that is not yet handed on. */
	private volatile @Nullable Thread delivering;

	InHandBytes(InHandSettings settings, ConsumerMetrics metrics) {
		this.limit = settings.bytes();
		metrics.inHandBytes(this::bytes);
	}

	/** Before a delivery is handed on, by the thread that reads. */
	@Override
	public void consumedMessage(Channel channel, long deliveryTag, String consumerTag) {
		if (consumerTag.startsWith(DeadLetterReader.TAG)) {
			// Few, so another thread may take them; and not to be held up by messages
			// that are slow.
			this.delivering = null;
			return;
		}
		synchronized (this.lock) {
			try {
				while (this.bytes >= this.limit && !this.letThrough) {
					this.waiting = true;
					this.lock.wait();
				}
			}
			catch (InterruptedException ex) {
				// The connection ends; what it reads till then goes nowhere.
				Thread.currentThread().interrupt();
			}
			if (this.waiting) {
				this.waiting = false;
				this.waitedAt = System.nanoTime();
			}
			this.read++;
		}
		this.delivering = Thread.currentThread();
	}

	/** Whether this thread hands on a delivery that it has just read; once. */
	boolean isDelivery() {
		if (this.delivering != Thread.currentThread()) {
			return false;
		}
		this.delivering = null;
		return true;
	}

	/**
	 * A delivery has been handed on. It may have had to queue behind other work of its
	 * channel; then the thread that read it must not take what it reads next for it.
	 */
	void handedOn() {
		this.delivering = null;
	}

	void take(Delivery delivery) {
		synchronized (this.lock) {
			this.bytes += size(delivery);
		}
	}

	void free(Delivery delivery) {
		synchronized (this.lock) {
			boolean full = this.bytes >= this.limit;
			this.bytes -= size(delivery);
			if (full && this.bytes < this.limit) {
				this.lock.notifyAll();
			}
		}
	}

	/** From now on reads whatever comes, which is handed back at once. */
	void letThrough() {
		synchronized (this.lock) {
			this.letThrough = true;
			this.lock.notifyAll();
		}
	}

	/** Minds the limit again. */
	void mind() {
		synchronized (this.lock) {
			this.letThrough = false;
		}
	}

	long bytes() {
		synchronized (this.lock) {
			return this.bytes;
		}
	}

	long limit() {
		return this.limit;
	}

	/** How many deliveries have been read. */
	long read() {
		synchronized (this.lock) {
			return this.read;
		}
	}

	/** How long nobody has had to wait. */
	Duration calm() {
		synchronized (this.lock) {
			return this.waiting ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - this.waitedAt);
		}
	}

	private static long size(Delivery delivery) {
		return OVERHEAD + delivery.body().length;
	}

}
