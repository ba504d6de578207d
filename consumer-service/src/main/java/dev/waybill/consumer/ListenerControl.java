package dev.waybill.consumer;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.waybill.consumer.Intake.Mode;
import dev.waybill.contract.BrokerRefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.amqp.AmqpException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Decides when messages are taken: from when the broker is there until the service stops.
 * Whoever else starts or stops listening does so on the one thread here, and not once the
 * service stops. Long because starting and stopping, which must not overtake each other,
 * are both here.
 */
final class ListenerControl implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(ListenerControl.class);

	private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

	private static final Duration LAST_RECEIPTS = Duration.ofSeconds(2);

	private static final Duration AFTER_REFUSAL = Duration.ofSeconds(30);

	private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread control = new Thread(task, "waybill-listener-control");
		control.setDaemon(true);
		return control;
	});

	private final ApplicationContext context;

	private final ProcessingSettings settings;

	private final BrokerConnection broker;

	private final Containers containers;

	private final Intake intake;

	private final HandBack handBack;

	private final RunningAttempts running;

	private final DeadLetterReader deadLetters;

	private final ReceiptsBook receipts;

	private volatile ListenerState state = ListenerState.STARTING;

	private volatile boolean started;

	ListenerControl(ApplicationContext context, ProcessingSettings settings, BrokerConnection broker,
			Containers containers, Intake intake, HandBack handBack, RunningAttempts running,
			DeadLetterReader deadLetters, ReceiptsBook receipts) {
		this.receipts = receipts;
		this.context = context;
		this.settings = settings;
		this.broker = broker;
		this.containers = containers;
		this.intake = intake;
		this.handBack = handBack;
		this.running = running;
		this.deadLetters = deadLetters;
	}

	ListenerState state() {
		return this.state;
	}

	@Override
	public void start() {
		this.started = true;
		connect();
	}

	/** Before any bean of the context stops. */
	@EventListener
	@Order(Ordered.HIGHEST_PRECEDENCE)
	void closed(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context) {
			stop();
		}
	}

	@Override
	public void stop() {
		boolean stuck;
		synchronized (this) {
			if (!this.started) {
				return;
			}
			stuck = this.state == ListenerState.STUCK;
			this.state = ListenerState.DRAINING;
			this.started = false;
			this.thread.shutdownNow();
		}
		if (!stuck) {
			drain();
		}
		this.deadLetters.handBack();
		this.containers.stop();
		awaitTold();
	}

	@Override
	public boolean isRunning() {
		return this.started;
	}

	private void drain() {
		try {
			if (!this.handBack.unbegun(this.settings.drainTimeout())) {
				this.running.cutShort();
				this.running.awaitNone(AFTER_INTERRUPT);
				this.handBack.rest();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void awaitTold() {
		try {
			this.receipts.awaitTold(LAST_RECEIPTS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void connect() {
		try {
			this.broker.connect();
			consume();
		}
		catch (AmqpException ex) {
			logger.debug("The broker is not there yet", ex);
			later(this::connectAgain, Duration.ofSeconds(1));
		}
	}

	private void connectAgain() {
		try {
			connect();
		}
		catch (BrokerRefusedException ex) {
			logger.error("{}", ex.getMessage());
			later(this::connectAgain, AFTER_REFUSAL);
		}
	}

	/** Takes all messages that come, unless the service stops. */
	void consume() {
		whileStarted(() -> {
			this.deadLetters.open();
			this.intake.open(Mode.OPEN);
			this.containers.startHello();
			this.containers.startDead();
			this.state = ListenerState.CONSUMING;
		});
	}

	/** Changes what it is at, unless the service stops. */
	boolean enter(ListenerState next) {
		return whileStarted(() -> this.state = next);
	}

	/** Does something that no stop may overtake, or nothing once the service stops. */
	synchronized boolean whileStarted(Runnable change) {
		if (this.started) {
			change.run();
		}
		return this.started;
	}

	/** Does something on the one thread that starts and stops listening. */
	void later(Runnable task, Duration delay) {
		try {
			this.thread.schedule(() -> {
				try {
					task.run();
				}
				catch (RuntimeException ex) {
					logger.error("The listener could not be controlled", ex);
				}
			}, delay.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Too late, the service stops", ex);
		}
	}

}
