package dev.waybill.consumer;

import java.time.Duration;

import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloQueue.Type;
import dev.waybill.contract.RecentWindow;

/**
 * Decides which attempt at its message a delivery is: by the broker's count, and where
 * the broker counts nothing by one in memory.
 * <p>
 * In memory, messages without an id and of equal content share one count, since nothing
 * tells them apart: in the tutorial's queue, where several such fail, one may be given
 * fewer attempts than it should be, or more.
 */
final class Attempts {

	private static final String COUNT = "x-delivery-count";

	/** On every redelivery of a queue that counts. */
	private static final String ACQUIRED = "x-acquired-count";

	private final RecentWindow<Integer> failed = new RecentWindow<>(100_000, Duration.ofHours(1));

	private final boolean brokerCounts;

	Attempts(HelloQueue queue) {
		this.brokerCounts = queue.type() == Type.QUORUM;
	}

	/** The number of the attempt, from 1. */
	int of(Delivery delivery) {
		if (!delivery.redelivered()) {
			// A count on a first delivery is its publisher's own invention.
			return 1;
		}
		if (this.brokerCounts && delivery.header(COUNT) instanceof Number count) {
			return (int) Math.max(1, Math.min(count.longValue() + 1, Integer.MAX_VALUE));
		}
		if (this.brokerCounts && delivery.header(ACQUIRED) != null) {
			return 1;
		}
		Integer before = this.failed.get(delivery.fingerprint());
		return (before != null) ? before + 1 : 1;
	}

	/** Notes a failed attempt, in case that the broker does not. */
	void failed(Delivery delivery, int attempt) {
		this.failed.put(delivery.fingerprint(), attempt);
	}

	/** Forgets a message that has come to its end. */
	void ended(Delivery delivery) {
		if (delivery.redelivered()) {
			this.failed.remove(delivery.fingerprint());
		}
	}

}
