package dev.waybill.consumer;

import dev.waybill.contract.FailureLog;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloQueue.Type;
import dev.waybill.contract.Receipt.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Decides which road a dead letter takes: our own copy, which carries the reason; where
 * that fails the broker's; and where the queue has none, back to the queue.
 */
final class DeadLetterRoad {

	private static final Logger logger = LoggerFactory.getLogger(DeadLetterRoad.class);

	private final DeadLetterPublisher publisher;

	private final InHand inHand;

	private final Conclusion conclusion;

	private final RetryDelay retryDelay;

	private final FailureLog failures;

	private final boolean brokerHasRoad;

	DeadLetterRoad(DeadLetterPublisher publisher, InHand inHand, Conclusion conclusion, RetryDelay retryDelay,
			FailureLog failures, HelloQueue queue) {
		this.conclusion = conclusion;
		this.publisher = publisher;
		this.inHand = inHand;
		this.retryDelay = retryDelay;
		this.failures = failures;
		this.brokerHasRoad = queue.type() != Type.TUTORIAL;
	}

	/** Sends a delivery on its way; true where our copy was confirmed. */
	boolean send(Delivery delivery, int attempt, Throwable failure) {
		String reason = failure.getClass().getName() + ": " + failure.getMessage();
		String why = this.publisher.publish(delivery, new DeadLetterCopy(delivery.properties(), reason, attempt));
		if (why == null) {
			this.conclusion.of(delivery, Kind.DEAD_LETTERED, Settlement.DEAD_LETTERED);
			return true;
		}
		this.failures.tell(logger, Level.WARN, "dead letter not confirmed", delivery.about(),
				() -> "No copy of a dead letter was confirmed, " + why + "; "
						+ (this.brokerHasRoad ? "the broker moves it" : "it stays in the queue"));
		if (this.brokerHasRoad) {
			this.inHand.settle(delivery, Settlement.DROPPED_TO_BROKER);
		}
		else {
			this.retryDelay.reject(delivery, attempt);
		}
		return false;
	}

}
