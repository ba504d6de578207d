package dev.waybill.consumer;

import java.util.ArrayList;
import java.util.List;

import dev.waybill.contract.About;
import dev.waybill.contract.FailureLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The threads that process: as many as messages are processed at the same time. */
final class Workers implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Workers.class);

	private final List<Thread> threads = new ArrayList<>();

	private final Intake intake;

	private final Processing processing;

	private final ProcessorTrials trials;

	private final FailureLog failures;

	private volatile boolean closed;

	Workers(ProcessingSettings settings, Intake intake, Processing processing, ProcessorTrials trials,
			FailureLog failures) {
		this.intake = intake;
		this.processing = processing;
		this.trials = trials;
		this.failures = failures;
		for (int number = 1; number <= settings.concurrency(); number++) {
			Thread thread = new Thread(this::work, "waybill-worker-" + number);
			// A stuck one must not keep a stopped service alive.
			thread.setDaemon(true);
			this.threads.add(thread);
			thread.start();
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.threads.forEach(Thread::interrupt);
	}

	private void work() {
		while (!this.closed) {
			try {
				Delivery delivery = this.intake.next();
				@Nullable Attempt attempt = this.processing.handle(delivery);
				this.trials.handled(delivery, attempt);
			}
			catch (InterruptedException ex) {
				logger.debug("Interrupted while idle", ex);
			}
			catch (Throwable ex) { // a worker that dies would stop the service unseen
				this.failures.tell(logger, Level.ERROR, "defect: " + ex.getClass().getName(), About.NOTHING,
						() -> "A worker failed; it goes on", ex);
			}
		}
	}

}
