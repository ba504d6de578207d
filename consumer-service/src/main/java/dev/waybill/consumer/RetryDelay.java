package dev.waybill.consumer;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloQueue.Type;
import dev.waybill.contract.RecentWindow;
import dev.waybill.contract.TopologySettings;
import dev.waybill.contract.TopologySettings.Broker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who delays a retry: the broker by its policy, or, once a reject has come back
 * too soon for that, the consumer, which waits before it rejects.
 */
final class RetryDelay implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RetryDelay.class);

	private final ScheduledExecutorService clock = Executors
		.newSingleThreadScheduledExecutor((task) -> new Thread(task, "waybill-retry-delay"));

	private final Set<Delivery> waiting = ConcurrentHashMap.newKeySet();

	private final RecentWindow<Long> rejectedAt;

	private final RetrySettings settings;

	private final String queue;

	private final InHand inHand;

	private volatile boolean brokerDelays;

	private volatile boolean atOnce;

	RetryDelay(RetrySettings settings, HelloQueue queue, TopologySettings topology, InHand inHand) {
		this.settings = settings;
		this.queue = queue.name();
		this.inHand = inHand;
		this.brokerDelays = true;
		this.rejectedAt = new RecentWindow<>(10_000, settings.shortestDelay());
		if (queue.type() == Type.TUTORIAL || topology.broker() == Broker.DEMO) {
			waitHere("This broker or queue has no delayed retry");
		}
	}

	/**
	 * Looks at a delivery on its arrival, for when it was rejected. Nothing can be seen
	 * from one without an id: what comes back at once may be another one that is equal.
	 */
	void arrived(Delivery delivery) {
		if (this.brokerDelays && delivery.redelivered() && hasId(delivery) && this.rejectedAt.size() > 0) {
			Long rejected = this.rejectedAt.remove(delivery.fingerprint());
			// Half, since clocks are only so good; a policy is never this far off.
			if (rejected != null && System.nanoTime() - rejected < this.settings.shortestDelay().toNanos() / 2) {
				waitHere("A rejected message came back at once, so queue " + this.queue
						+ " has no policy of delayed retry (delayed-retry-type, delayed-retry-min, delayed-retry-max)");
			}
		}
	}

	/** Rejects a delivery with requeue, when it is time. */
	void reject(Delivery delivery, int attempt) {
		if (this.brokerDelays) {
			if (hasId(delivery)) {
				this.rejectedAt.put(delivery.fingerprint(), System.nanoTime());
			}
			this.inHand.settle(delivery, Settlement.REJECTED);
			return;
		}
		Duration delay = this.settings.after(attempt);
		this.waiting.add(delivery);
		if (this.atOnce) {
			rejectNow(delivery);
			return;
		}
		this.clock.schedule(() -> rejectNow(delivery), delay.toMillis(), TimeUnit.MILLISECONDS);
	}

	/** From now on rejects without waiting, also what waits already. */
	void atOnce() {
		this.atOnce = true;
		this.waiting.forEach(this::rejectNow);
	}

	/** Waits again. */
	void inTime() {
		this.atOnce = false;
	}

	@Override
	public void close() {
		this.clock.shutdownNow();
	}

	private static boolean hasId(Delivery delivery) {
		return delivery.properties().getMessageId() != null;
	}

	private void rejectNow(Delivery delivery) {
		if (this.waiting.remove(delivery)) {
			this.inHand.settle(delivery, Settlement.REJECTED);
		}
	}

	private void waitHere(String why) {
		this.brokerDelays = false;
		logger.warn("{}; the consumer waits itself, n times {} and at most {}, before it rejects", why,
				DurationText.of(this.settings.shortestDelay()), DurationText.of(this.settings.longestDelay()));
	}

}
