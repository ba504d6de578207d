package dev.waybill.consumer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import dev.waybill.contract.ContentDigest;
import dev.waybill.contract.FailureLog;
import dev.waybill.contract.RecentWindow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Decides whether a delivery is a duplicate: a waybilled message with the id and the
 * content of one whose processing succeeded within the window. A copy of a message that
 * is in process right now waits for its outcome.
 */
final class Duplicates {

	private static final Logger logger = LoggerFactory.getLogger(Duplicates.class);

	private final RecentWindow<ContentDigest> processed;

	/** What waits for each id that is in process. */
	private final Map<String, List<Delivery>> inProcess = new HashMap<>();

	private final ConsumerMetrics metrics;

	private final FailureLog failures;

	/**
	 * Creates it with nothing processed.
	 * @param clock in nanoseconds; it stands still while the broker is away, which
	 * delivers again what it has not got the acks of, however late
	 */
	Duplicates(DuplicateSettings settings, LongSupplier clock, ConsumerMetrics metrics, FailureLog failures) {
		this.processed = new RecentWindow<>(settings.maxCount(), settings.maxAge(), clock);
		this.metrics = metrics;
		this.failures = failures;
		metrics.dedupWindowAge(this.processed::age);
	}

	/** Says what is to be done with a delivery; after PROCESS it must be released. */
	synchronized Verdict claim(Delivery delivery) {
		String id = id(delivery);
		if (id == null) {
			return Verdict.PROCESS;
		}
		List<Delivery> waiting = this.inProcess.get(id);
		if (waiting != null) {
			waiting.add(delivery);
			return Verdict.WAIT;
		}
		ContentDigest known = this.processed.get(id);
		if (known != null && known.equals(delivery.digest())) {
			return Verdict.DUPLICATE;
		}
		if (known != null) {
			conflict(delivery);
		}
		this.inProcess.put(id, new ArrayList<>());
		return Verdict.PROCESS;
	}

	/** Remembers what was processed; before it is acked, or a copy could slip between. */
	void processed(Delivery delivery) {
		String id = id(delivery);
		if (id != null) {
			this.processed.put(id, delivery.digest());
		}
	}

	/** Ends a claim and gives what has waited for it. */
	synchronized List<Delivery> release(Delivery delivery) {
		String id = id(delivery);
		List<Delivery> waiting = (id != null) ? this.inProcess.remove(id) : null;
		return (waiting != null) ? waiting : List.of();
	}

	private void conflict(Delivery delivery) {
		this.metrics.conflict();
		this.failures.tell(logger, Level.WARN, "conflict", delivery.about(),
				() -> "A message with this id was processed before with other content; this one is processed too");
	}

	private static @Nullable String id(Delivery delivery) {
		return (delivery.waybill() != null) ? delivery.properties().getMessageId() : null;
	}

	/** What is to be done with a delivery. */
	enum Verdict {

		/** Process it. */
		PROCESS,

		/** Settle it without processing. */
		DUPLICATE,

		/** Nothing now: whoever releases the claim gets it. */
		WAIT

	}

}
