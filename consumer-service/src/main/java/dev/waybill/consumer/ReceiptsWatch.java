package dev.waybill.consumer;

import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when listening pauses for want of a way to publish receipts: nothing that is
 * processed could be acked, and nothing that is in hand named.
 */
final class ReceiptsWatch {

	/** How long that way may be away. */
	static final Duration LONGEST_AWAY = Duration.ofSeconds(10);

	private static final Logger logger = LoggerFactory.getLogger(ReceiptsWatch.class);

	private static final Duration LOOK = Duration.ofMillis(250);

	/** For what has begun; after it the rest is handed back too, or nobody names it. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final ListenerControl control;

	private final ReceiptsPublisher publisher;

	private final BrokerConnection broker;

	private final Containers containers;

	private final HandBack handBack;

	private final DeadLetterReader deadLetters;

	private final ProcessorTrials trials;

	ReceiptsWatch(ListenerControl control, ReceiptsPublisher publisher, BrokerConnection broker, Containers containers,
			HandBack handBack, DeadLetterReader deadLetters, ProcessorTrials trials) {
		this.control = control;
		this.publisher = publisher;
		this.broker = broker;
		this.containers = containers;
		this.handBack = handBack;
		this.deadLetters = deadLetters;
		this.trials = trials;
		control.later(this::look, LOOK);
	}

	private void look() {
		try {
			ListenerState state = this.control.state();
			if (state == ListenerState.WITHOUT_RECEIPTS) {
				resume();
			}
			else if (state == ListenerState.CONSUMING || state == ListenerState.PROCESSOR_BROKEN) {
				// Without a connection nothing is said of the way, and it is not ours
				// alone.
				if (this.broker.presentFor().compareTo(LONGEST_AWAY) >= 0
						&& this.publisher.away().compareTo(LONGEST_AWAY) >= 0) {
					pause();
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.control.later(this::look, LOOK);
		}
	}

	private void pause() throws InterruptedException {
		if (!this.control.enter(ListenerState.WITHOUT_RECEIPTS)) {
			return;
		}
		logger.error("Receipts could not be published for {}; all is handed back, and nothing taken until they can",
				DurationText.of(LONGEST_AWAY));
		if (!this.handBack.unbegun(PATIENCE)) {
			this.handBack.rest();
		}
		this.deadLetters.handBack();
		this.containers.stop();
	}

	/** In place of the listeners, who do so at other times. */
	private void connect() {
		try {
			this.broker.connect();
		}
		catch (RuntimeException ex) { // absent, or it refuses us, which has been said
			logger.debug("The broker is not there yet", ex);
		}
	}

	private void resume() {
		if (!this.broker.isConnected()) {
			connect();
		}
		if (!this.publisher.away().isZero()) {
			return;
		}
		logger.info("Receipts can be published again");
		if (this.trials.areNeeded()) {
			this.control.enter(ListenerState.PROCESSOR_BROKEN);
			this.control.whileStarted(() -> {
				this.deadLetters.open();
				this.containers.startDead();
			});
			this.trials.goOn();
		}
		else {
			this.control.consume();
		}
	}

}
