package dev.waybill.producer;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import dev.waybill.producer.ledger.Checkpoints;
import dev.waybill.producer.ledger.DeliveryLedger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Begins the account before anything is published, and ends it when the last receipts
 * have come.
 */
final class LedgerUpkeep implements SmartLifecycle {

	/** Below the lanes': reading begins before they publish, and ends after them. */
	static final int PHASE = Lanes.PHASE - 1024;

	private static final Logger logger = LoggerFactory.getLogger(LedgerUpkeep.class);

	private static final int TICKS = 10;

	private static final Duration LAST_RECEIPTS = Duration.ofSeconds(2);

	/** Consumers send their receipts every 50 ms. */
	private static final Duration SILENCE = Duration.ofMillis(250);

	private final DeliveryLedger ledger;

	private final Checkpoints checkpoints;

	private final ReceiptListener listener;

	private final ReceiptIntake intake;

	private final Duration heldInterval;

	private final String promise;

	private final ScheduledExecutorService ticks = new ScheduledThreadPoolExecutor(1, LedgerUpkeep::daemon);

	private volatile boolean running;

	LedgerUpkeep(DeliveryLedger ledger, Checkpoints checkpoints, ReceiptListener listener, ReceiptIntake intake,
			Duration heldInterval, String promise) {
		this.ledger = ledger;
		this.checkpoints = checkpoints;
		this.listener = listener;
		this.intake = intake;
		this.heldInterval = heldInterval;
		this.promise = promise;
	}

	@Override
	public void start() {
		if (this.promise.equals("full-without-file")) {
			logger.info("There is no ledger file: what was published before a restart is not audited after it; "
					+ "waybill.ledger.file names one");
		}
		this.running = true;
		long period = this.heldInterval.toMillis() / TICKS;
		this.ticks.scheduleWithFixedDelay(this::tick, period, period, TimeUnit.MILLISECONDS);
		this.listener.start();
	}

	/** Waits while receipts keep coming, and says how it all stands. */
	@Override
	public void stop() {
		this.running = false;
		try {
			awaitReceipts();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		// So that the receipts in it can be acked.
		this.checkpoints.flush();
		this.listener.stop();
		this.ticks.shutdownNow();
		this.checkpoints.close();
		logger.info("The account at the end: {}", this.ledger.totals());
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	private void awaitReceipts() throws InterruptedException {
		long begun = System.nanoTime();
		while (this.ledger.totals().pending() > 0) {
			long now = System.nanoTime();
			long last = Math.max(begun, this.intake.lastNanos());
			if (now - begun > LAST_RECEIPTS.toNanos() || now - last > SILENCE.toNanos()) {
				return;
			}
			Thread.sleep(10);
		}
	}

	private void tick() {
		try {
			this.ledger.tick();
		}
		catch (RuntimeException | Error ex) { // or it would never run again
			tell(ex);
		}
	}

	private static void tell(Throwable unexpected) {
		try {
			logger.error("The ledger could not be looked after", unexpected);
		}
		catch (RuntimeException | Error ex) {
			// No memory even for that; the next tick is tried all the same.
		}
	}

	private static Thread daemon(Runnable task) {
		Thread thread = new Thread(task, "ledger-upkeep");
		thread.setDaemon(true);
		return thread;
	}

}
