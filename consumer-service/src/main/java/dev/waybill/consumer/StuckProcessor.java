package dev.waybill.consumer;

import java.time.Duration;

import dev.waybill.contract.FailureLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.context.ApplicationContext;
import org.springframework.util.StringUtils;

/**
 * Decides what becomes of the service when its processor does not come back: it gives up
 * what it has in hand and, unless told otherwise, ends, so that whoever runs it starts it
 * again.
 */
final class StuckProcessor {

	private static final Logger logger = LoggerFactory.getLogger(StuckProcessor.class);

	private static final String STRUCTURED = "logging.structured.format.console";

	private static final int SOFTWARE_ERROR = 70;

	/** For the user's own beans to close; they may wait for what is stuck. */
	private static final Duration EXIT_LIMIT = Duration.ofSeconds(20);

	private final ApplicationContext context;

	private final ProcessingSettings settings;

	private final ListenerControl control;

	private final HandBack handBack;

	private final DeadLetterReader deadLetters;

	private final Containers containers;

	private final Intake intake;

	private final FailureLog failures;

	StuckProcessor(ApplicationContext context, ProcessingSettings settings, ListenerControl control, HandBack handBack,
			DeadLetterReader deadLetters, Containers containers, Intake intake, FailureLog failures) {
		this.context = context;
		this.settings = settings;
		this.control = control;
		this.handBack = handBack;
		this.deadLetters = deadLetters;
		this.containers = containers;
		this.intake = intake;
		this.failures = failures;
	}

	/** Gives up, because of this attempt. */
	void giveUp(Attempt attempt) {
		this.control.later(() -> {
			if (this.control.enter(ListenerState.STUCK)) {
				end(attempt);
			}
		}, Duration.ZERO);
	}

	private void end(Attempt attempt) {
		String sentence = "The processor is stuck: " + attempt.delivery() + " was interrupted after "
				+ DurationText.of(this.settings.processTimeout()) + " and has not come back; the service gives up";
		IllegalStateException where = new IllegalStateException("The processor hangs here");
		where.setStackTrace(attempt.stack());
		this.failures.tell(logger, Level.ERROR, "stuck", attempt.delivery().about(), () -> sentence, where);
		try {
			this.handBack.unbegunNow();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.deadLetters.handBack();
		this.containers.stop();
		this.intake.abort();
		AvailabilityChangeEvent.publish(this.context, LivenessState.BROKEN);
		if (this.settings.exitWhenStuck()) {
			// Who reads JSON has just been told.
			if (!StringUtils.hasText(this.context.getEnvironment().getProperty(STRUCTURED))) {
				System.err.println(sentence);
			}
			exit();
		}
	}

	/** Not by this thread, which the exit's shutdown hooks end. */
	private static void exit() {
		new Thread(() -> System.exit(SOFTWARE_ERROR), "waybill-exit").start();
		Thread halt = new Thread(() -> {
			try {
				Thread.sleep(EXIT_LIMIT.toMillis());
			}
			catch (InterruptedException ex) {
				logger.debug("Halting at once", ex);
			}
			Runtime.getRuntime().halt(SOFTWARE_ERROR);
		}, "waybill-halt");
		halt.setDaemon(true);
		halt.start();
	}

}
