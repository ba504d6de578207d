package dev.waybill.consumer;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Decides how long an attempt may take, and when its processor is stuck: it has not come
 * back within the grace after its interrupt.
 */
final class RunningAttempts implements AutoCloseable {

	private static final long LOOK_MILLIS = 50;

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "waybill-watchdog");
		thread.setDaemon(true);
		return thread;
	});

	private final Set<Attempt> running = ConcurrentHashMap.newKeySet();

	private final ProcessingSettings settings;

	private volatile Consumer<Attempt> onStuck = (attempt) -> {
	};

	RunningAttempts(ProcessingSettings settings) {
		this.settings = settings;
		this.clock.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
	}

	/** Who is to know when a processor is stuck. */
	void onStuck(Consumer<Attempt> listener) {
		this.onStuck = listener;
	}

	void add(Attempt attempt) {
		this.running.add(attempt);
	}

	/** Removes one, settled or given up; false where it was removed before. */
	boolean remove(Attempt attempt) {
		synchronized (this.running) {
			this.running.notifyAll();
			return this.running.remove(attempt);
		}
	}

	/** Waits until none runs. */
	boolean awaitNone(Duration limit) throws InterruptedException {
		long deadline = System.nanoTime() + limit.toNanos();
		synchronized (this.running) {
			while (!this.running.isEmpty()) {
				long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
				if (left <= 0) {
					return false;
				}
				this.running.wait(left);
			}
		}
		return true;
	}

	/** Interrupts all, since the service stops. */
	void cutShort() {
		this.running.forEach((attempt) -> attempt.interrupt(Outcome.CUT_SHORT));
	}

	@Override
	public void close() {
		this.clock.shutdownNow();
	}

	private void look() {
		for (Attempt attempt : this.running) {
			if (attempt.nanos() > this.settings.processTimeout().toNanos()) {
				attempt.interrupt(Outcome.TIMED_OUT);
			}
			if (attempt.nanosSinceInterrupt() > this.settings.interruptGrace().toNanos() && remove(attempt)) {
				this.onStuck.accept(attempt);
			}
		}
	}

}
