package dev.waybill.consumer;

import java.time.Duration;

import dev.waybill.consumer.Intake.Mode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a broken processor is given another message: everything else is handed
 * back, and one at a time is tried until one succeeds.
 */
final class ProcessorTrials {

	private static final Logger logger = LoggerFactory.getLogger(ProcessorTrials.class);

	private final ListenerControl control;

	private final ProcessingSettings settings;

	private final Containers containers;

	private final Intake intake;

	private final HandBack handBack;

	private final BrokenProcessor brokenProcessor;

	/** Of the trial that was planned last, the only one that may begin. */
	private int planned;

	ProcessorTrials(ListenerControl control, ProcessingSettings settings, Containers containers, Intake intake,
			HandBack handBack, BrokenProcessor brokenProcessor) {
		this.control = control;
		this.settings = settings;
		this.containers = containers;
		this.intake = intake;
		this.handBack = handBack;
		this.brokenProcessor = brokenProcessor;
	}

	/** Notes what became of a delivery, where an attempt was made by which. */
	void handled(Delivery delivery, @Nullable Attempt attempt) {
		boolean trial = this.intake.isTrial(delivery);
		@Nullable Outcome outcome = (attempt != null) ? attempt.outcome() : null;
		if (attempt != null && attempt.number() > 1 && outcome == Outcome.PROCESSED) {
			this.brokenProcessor.laterOneSucceeded();
		}
		if (attempt != null && failed(outcome)) {
			if (this.brokenProcessor.failed(delivery.fingerprint(), attempt.number())) {
				this.control.later(this::pause, Duration.ZERO);
			}
		}
		else if (outcome != null && !this.brokenProcessor.isBroken()) {
			this.brokenProcessor.judged();
		}
		if (trial) {
			this.control.later(() -> tried(outcome), Duration.ZERO);
		}
	}

	/** Whether the processor is broken. */
	boolean areNeeded() {
		return this.brokenProcessor.isBroken();
	}

	/** Goes on after somebody else has stopped listening. */
	void goOn() {
		plan();
	}

	private void plan() {
		int plan = ++this.planned;
		this.control.later(() -> tryOne(plan), this.brokenProcessor.nextPause());
	}

	private void pause() {
		if (this.control.state() != ListenerState.CONSUMING || !this.control.enter(ListenerState.PROCESSOR_BROKEN)) {
			return;
		}
		logger.error("The processor is broken: the last attempts have all failed, at message after message; "
				+ "the rest is handed back, and one message at a time is tried until one succeeds");
		try {
			this.handBack.unbegun(this.settings.processTimeout().plus(this.settings.interruptGrace()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return;
		}
		this.containers.stopHello();
		plan();
	}

	private void tryOne(int plan) {
		if (plan == this.planned && this.control.state() == ListenerState.PROCESSOR_BROKEN) {
			this.control.whileStarted(() -> {
				this.intake.open(Mode.TRIAL);
				this.containers.startHelloForOne();
			});
		}
	}

	private void tried(@Nullable Outcome outcome) {
		if (this.control.state() != ListenerState.PROCESSOR_BROKEN) {
			return;
		}
		this.intake.close();
		try {
			this.handBack.rest();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return;
		}
		this.containers.stopHello();
		if (outcome == Outcome.PROCESSED) {
			this.brokenProcessor.mended();
			logger.info("The processor works again");
			this.control.consume();
			return;
		}
		if (!failed(outcome)) {
			// It said nothing of the processor, so no longer pause either.
			this.brokenProcessor.judged();
		}
		plan();
	}

	private static boolean failed(@Nullable Outcome outcome) {
		return outcome == Outcome.FAILED || outcome == Outcome.TIMED_OUT;
	}

}
