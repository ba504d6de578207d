package dev.waybill.consumer;

import dev.waybill.consumer.Duplicates.Verdict;
import dev.waybill.contract.FailureLog;
import dev.waybill.contract.Receipt.Kind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Decides how a delivery is settled, by what becomes of its processing. */
final class Processing {

	private static final Logger logger = LoggerFactory.getLogger(Processing.class);

	private final MessageProcessor processor;

	private final ProcessingSettings settings;

	private final InHand inHand;

	private final Conclusion conclusion;

	private final Intake intake;

	private final Duplicates duplicates;

	private final Attempts attempts;

	private final RunningAttempts running;

	private final RetryDelay retryDelay;

	private final DeadLetterRoad deadLetters;

	private final ConsumerMetrics metrics;

	private final FailureLog failures;

	private final FailureText text;

	private final @Nullable DeliveryTraces traces;

	Processing(MessageProcessor processor, ProcessingSettings settings, InHand inHand, Conclusion conclusion,
			Intake intake, Duplicates duplicates, Attempts attempts, RunningAttempts running, RetryDelay retryDelay,
			DeadLetterRoad deadLetters, ConsumerMetrics metrics, FailureLog failures, FailureText text,
			@Nullable DeliveryTraces traces) {
		this.processor = processor;
		this.settings = settings;
		this.inHand = inHand;
		this.conclusion = conclusion;
		this.intake = intake;
		this.duplicates = duplicates;
		this.attempts = attempts;
		this.running = running;
		this.retryDelay = retryDelay;
		this.deadLetters = deadLetters;
		this.metrics = metrics;
		this.failures = failures;
		this.text = text;
		this.traces = traces;
	}

	/**
	 * Processes a delivery and settles it.
	 * @return the attempt, ended, or null where none was made
	 */
	@Nullable Attempt handle(Delivery delivery) {
		if (delivery.isSettled()) {
			return null;
		}
		Verdict verdict = this.duplicates.claim(delivery);
		if (verdict == Verdict.WAIT) {
			return null;
		}
		if (verdict == Verdict.DUPLICATE) {
			if (delivery.begin()) {
				this.metrics.duplicate();
				this.conclusion.of(delivery, Kind.DUPLICATE, Settlement.ACKED);
			}
			return null;
		}
		try {
			return attempt(delivery);
		}
		catch (RuntimeException ex) {
			// Ours, not the processor's; nothing may stay in hand for ever.
			this.inHand.settle(delivery, Settlement.REJECTED);
			throw ex;
		}
		finally {
			this.duplicates.release(delivery).forEach(this.intake::again);
		}
	}

	private @Nullable Attempt attempt(Delivery delivery) {
		Attempt attempt = new Attempt(delivery, this.attempts.of(delivery));
		// Before it begins: who stops the service waits for what runs, and must see it.
		this.running.add(attempt);
		try {
			if (!delivery.begin()) {
				return null;
			}
			boolean trial = attempt.number() == 1 && this.settings.maxAttempts() > 1 && this.intake.isTrial(delivery);
			traced(attempt, trial);
			return (trial && attempt.outcome() == Outcome.FAILED && !delivery.isSettled()) ? second(delivery) : attempt;
		}
		finally {
			this.running.remove(attempt);
		}
	}

	/**
	 * A trial that fails is followed by another at the same message. What comes next is
	 * another message's first attempt, so a processor that fails only at those would stay
	 * broken for as long as there are any.
	 */
	private Attempt second(Delivery delivery) {
		Attempt attempt = new Attempt(delivery, 2);
		this.running.add(attempt);
		try {
			traced(attempt, false);
			return attempt;
		}
		finally {
			this.running.remove(attempt);
		}
	}

	private void traced(Attempt attempt, boolean trial) {
		if (this.traces == null) {
			make(attempt, trial);
		}
		else {
			this.traces.attempt(attempt, () -> make(attempt, trial));
		}
	}

	private void make(Attempt attempt, boolean trial) {
		Outcome outcome = process(attempt);
		this.metrics.attempted(outcome, attempt);
		Throwable failure = attempt.failure();
		if (trial && outcome == Outcome.FAILED && failure != null && !attempt.delivery().isSettled()) {
			tell(Level.WARN, attempt, outcome, failure,
					"it is tried again at once, to see whether its processor works");
		}
		else {
			settle(attempt, outcome);
		}
	}

	private Outcome process(Attempt attempt) {
		Delivery delivery = attempt.delivery();
		Throwable thrown = null;
		try {
			this.processor.process(new ReceivedMessage(delivery.body().clone(), delivery.properties().getContentType(),
					delivery.properties().getMessageId(), attempt.number(),
					delivery.redelivered() || attempt.number() > 1));
		}
		catch (Throwable ex) { // whatever a user's code throws is an attempt that failed
			thrown = ex;
		}
		return attempt.end(thrown);
	}

	private void settle(Attempt attempt, Outcome outcome) {
		Delivery delivery = attempt.delivery();
		int number = attempt.number();
		Throwable failure = attempt.failure();
		if (outcome == Outcome.PROCESSED || failure == null) {
			this.duplicates.processed(delivery);
			this.attempts.ended(delivery);
			this.metrics.processed(delivery);
			this.conclusion.of(delivery, Kind.PROCESSED, Settlement.ACKED);
		}
		else if (delivery.isSettled()) {
			tell(Level.WARN, attempt, outcome, failure, "it is delivered again, since its channel has closed");
		}
		else if (outcome == Outcome.CUT_SHORT) {
			tell(Level.INFO, attempt, outcome, failure, "it is handed back, since the service stops");
			this.inHand.settle(delivery, Settlement.HANDED_BACK);
		}
		else if (outcome == Outcome.UNPROCESSABLE || number >= this.settings.maxAttempts()) {
			tell(Level.WARN, attempt, outcome, failure, "it becomes a dead letter");
			this.attempts.failed(delivery, number);
			if (this.deadLetters.send(delivery, number, failure)) {
				this.attempts.ended(delivery);
			}
		}
		else {
			tell(Level.WARN, attempt, outcome, failure, "it is tried again");
			this.attempts.failed(delivery, number);
			this.retryDelay.reject(delivery, number);
		}
	}

	private void tell(Level level, Attempt attempt, Outcome outcome, Throwable failure, String what) {
		Delivery delivery = attempt.delivery();
		this.failures.tell(logger, level, outcome.tag() + ": " + failure.getClass().getName(), delivery.about(),
				() -> "Attempt " + attempt.number() + " of " + this.settings.maxAttempts() + " ended as "
						+ outcome.tag() + "; " + what + ": " + this.text.of(failure, delivery.body()));
	}

}
