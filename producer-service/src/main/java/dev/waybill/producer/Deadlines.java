package dev.waybill.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers for what no lane can publish, or no broker confirm, in time: when its deadline
 * is there, and at once when the broker goes away.
 */
final class Deadlines {

	private static final Logger logger = LoggerFactory.getLogger(Deadlines.class);

	private static final long SWEEP_MILLIS = 20;

	private final EntryQueue entries;

	private final BrokerState state;

	private final OpenWindows windows;

	// An event of the broker may come when it has been shut down: then nothing waits.
	private final ScheduledExecutorService sweeper = new ScheduledThreadPoolExecutor(1, Deadlines::daemon,
			new ThreadPoolExecutor.DiscardPolicy());

	private volatile boolean ended;

	Deadlines(EntryQueue entries, BrokerState state, OpenWindows windows) {
		this.entries = entries;
		this.state = state;
		this.windows = windows;
	}

	void start() {
		this.sweeper.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
		this.state.onChange(() -> this.sweeper.execute(this::sweep));
	}

	/** Answers for all that still waits, since no lane will take it. */
	void end() {
		this.ended = true;
		sweep();
		this.sweeper.shutdownNow();
	}

	private void sweep() {
		try {
			long now = System.nanoTime();
			Reason outage = this.ended ? Reason.BROKER_UNAVAILABLE : this.state.outage();
			List<Publication> withdrawn = new ArrayList<>(0);
			this.entries.removeIf((publication) -> {
				// What may be stored already has nothing to lose by waiting.
				boolean hopeless = outage != null && (!publication.isRepublished() || this.ended);
				return (hopeless || publication.remaining(now) <= 0) && withdrawn.add(publication);
			});
			for (Publication publication : withdrawn) {
				guarded(() -> publication.withdraw(publication.isRepublished() ? Reason.CONNECTION_LOST
						: (outage != null) ? outage : Reason.OVERLOADED));
			}
			this.windows.forEach((window) -> guarded(() -> window.expire(now)));
		}
		catch (RuntimeException | Error ex) { // or it would never run again
			tell(ex);
		}
	}

	/** Keeps one failure from the others, whose clients wait too. */
	private static void guarded(Runnable step) {
		try {
			step.run();
		}
		catch (RuntimeException | Error ex) {
			tell(ex);
		}
	}

	private static void tell(Throwable unexpected) {
		try {
			logger.error("Deadlines could not be kept", unexpected);
		}
		catch (RuntimeException | Error ex) {
			// No memory even for that; what comes next is tried all the same.
		}
	}

	private static Thread daemon(Runnable task) {
		Thread thread = new Thread(task, "publish-deadlines");
		thread.setDaemon(true);
		return thread;
	}

}
