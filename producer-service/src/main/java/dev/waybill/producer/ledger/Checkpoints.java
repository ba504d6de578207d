package dev.waybill.producer.ledger;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the ledger to its file, off the hot path, and says when what was merged is on
 * disk.
 * <p>
 * What waits is run by one thread, in the order in which it was given, since what waits
 * are acknowledgements. It is counted before the record is made: so each was given, and
 * what it waits for was merged, before the record that it waits for. Where the file
 * cannot be written for a while, what waits is run all the same, once the file has a mark
 * that says so; a disk that takes not even the mark leaves it waiting, since the next
 * start would take for lost what only the memory knew. Long because one thread's turns,
 * and when they count as failed, are one thing.
 */
public final class Checkpoints implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Checkpoints.class);

	static final Duration INTERVAL = Duration.ofMillis(200);

	static final Duration LIMIT = Duration.ofSeconds(5);

	/** How long a wish of the ledger may go unnoticed, in ms. */
	private static final long GLANCE = 10;

	/** The longest pause between two checkpoints, in ns. */
	private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

	/** How long not to try again to make a file shorter. */
	private static final long COMPACTION_PAUSE = TimeUnit.MINUTES.toNanos(1);

	private final Checkpointed ledger;

	private final @Nullable LedgerFile file;

	private final Duration interval;

	private final Duration limit;

	private final Object monitor = new Object();

	private final Queue<Runnable> waiting = new ArrayDeque<>();

	private final Thread thread = new Thread(this::run, "ledger-checkpoints");

	private final Thread watch = new Thread(this::watch, "ledger-watch");

	private final CountDownLatch ended = new CountDownLatch(1);

	/** What waits need not wait. */
	private boolean excused;

	/** A checkpoint is wanted now. */
	private boolean wanted;

	private boolean closing;

	/** Whether a checkpoint is tried, or was and must be tried again. */
	private boolean trying;

	private long tryingSince;

	private volatile boolean degraded;

	private long next = System.nanoTime();

	private long compactAgain = System.nanoTime();

	private Checkpoints(Checkpointed ledger, @Nullable LedgerFile file, Duration interval, Duration limit) {
		this.ledger = ledger;
		this.file = file;
		this.interval = interval;
		this.limit = limit;
	}

	/**
	 * Starts to keep the ledger in the file, which is closed with it; without a file
	 * nothing is kept.
	 */
	public static Checkpoints start(DeliveryLedger ledger, @Nullable LedgerFile file) {
		return start(ledger, file, INTERVAL, LIMIT);
	}

	/**
	 * As {@link #start(DeliveryLedger, LedgerFile)}.
	 * @param interval between two checkpoints, at least
	 * @param limit how long the file may not be written before that is told
	 */
	static Checkpoints start(Checkpointed ledger, @Nullable LedgerFile file, Duration interval, Duration limit) {
		Checkpoints checkpoints = new Checkpoints(ledger, file, interval, limit);
		if (file != null) {
			checkpoints.thread.setDaemon(true);
			checkpoints.thread.start();
			checkpoints.watch.setDaemon(true);
			checkpoints.watch.start();
		}
		return checkpoints;
	}

	/**
	 * Runs it when all that the ledger has merged by now is on disk; at once where there
	 * is no file, and soon where it cannot be written. In order; not on the caller's
	 * thread if there is a file.
	 */
	public void whenOnDisk(Runnable then) {
		if (this.file == null) {
			then.run();
			return;
		}
		synchronized (this.monitor) {
			if (this.ended.getCount() > 0) {
				this.waiting.add(then);
				if (this.degraded) {
					this.excused = true;
					this.monitor.notifyAll();
				}
			}
		}
	}

	/**
	 * Whether the file has not been writable for a while, so that the ledger is in memory
	 * only.
	 */
	public boolean isDegraded() {
		return this.degraded;
	}

	/**
	 * Makes a checkpoint now and waits for it.
	 * @return whether all that was merged by now is on disk, or there is no file; false
	 * if it could not be written in time
	 */
	public boolean flush() {
		if (this.file == null) {
			return true;
		}
		CountDownLatch done = new CountDownLatch(1);
		synchronized (this.monitor) {
			whenOnDisk(done::countDown);
			this.wanted = true;
			this.monitor.notifyAll();
		}
		return await(done, this.limit.plus(INTERVAL)) && !this.degraded;
	}

	/** Writes the last checkpoint, which leaves no tail, and closes the file. */
	@Override
	public void close() {
		this.ledger.endCleanly();
		if (this.file == null) {
			return;
		}
		synchronized (this.monitor) {
			this.closing = true;
			this.monitor.notifyAll();
		}
		if (!await(this.ended, this.limit.plus(INTERVAL))) {
			logger.error("The ledger's last checkpoint is still not written; what it would have held is not kept");
		}
	}

	private static boolean await(CountDownLatch latch, Duration limit) {
		try {
			return latch.await(limit.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private void run() {
		LedgerFile file = this.file;
		if (file == null) {
			return;
		}
		try {
			boolean last = false;
			while (!last) {
				last = pause();
				if (this.degraded && file.isMarked()) {
					runWaiting(waiting());
				}
				if (last || isDue()) {
					checkpoint(file);
				}
			}
		}
		catch (InterruptedException ex) {
			logger.error("The thread that writes the ledger was interrupted and ends", ex);
		}
		finally {
			file.close();
			synchronized (this.monitor) {
				this.waiting.clear();
				this.ended.countDown();
			}
		}
	}

	/** Waits until there is something to do; true where it is the last. */
	private boolean pause() throws InterruptedException {
		synchronized (this.monitor) {
			while (!this.closing && !this.excused && !this.wanted && !isDue()) {
				this.monitor.wait(GLANCE);
				// One that failed is not tried again at once, since it is wanted until it
				// succeeds.
				this.wanted |= !this.trying && this.ledger.wantsCheckpoint();
			}
			if (this.wanted) {
				this.next = System.nanoTime();
			}
			this.wanted = false;
			this.excused = false;
			return this.closing;
		}
	}

	private boolean isDue() {
		return System.nanoTime() - this.next >= 0;
	}

	private int waiting() {
		synchronized (this.monitor) {
			return this.waiting.size();
		}
	}

	private void checkpoint(LedgerFile file) {
		int before = waiting();
		long begun = System.nanoTime();
		synchronized (this.monitor) {
			this.tryingSince = this.trying ? this.tryingSince : begun;
			this.trying = true;
		}
		boolean onDisk = false;
		try {
			write(file);
			onDisk = true;
			succeeded(file, begun);
		}
		catch (IOException | RuntimeException | OutOfMemoryError ex) {
			if (!onDisk) {
				this.ledger.notWritten();
			}
			failed(file, ex);
		}
		if (onDisk || (this.degraded && file.isMarked())) {
			runWaiting(before);
		}
		long end = System.nanoTime();
		// Large records on a slow disk do not take all of it.
		long pause = Math.max(this.interval.toNanos(), Math.min(LONGEST_PAUSE, 4 * (end - begun)));
		this.next = end + pause;
	}

	private void write(LedgerFile file) throws IOException {
		if (file.needsCompaction() && (!file.isThere() || System.nanoTime() - this.compactAgain >= 0)) {
			this.compactAgain = System.nanoTime() + COMPACTION_PAUSE;
			file.compact(this.ledger.everything());
			this.compactAgain = System.nanoTime();
			this.ledger.written();
			return;
		}
		byte[] record = this.ledger.changes();
		if (record != null) {
			file.append(record);
			this.ledger.written();
		}
	}

	private void succeeded(LedgerFile file, long begun) throws IOException {
		// One that was slow may be older than the reservations that were passed
		// meanwhile.
		boolean quick = System.nanoTime() - begun < this.limit.toNanos();
		if (quick && file.isMarked()) {
			file.clearMark();
		}
		synchronized (this.monitor) {
			this.trying = false;
			if (quick && this.degraded) {
				logger.info("The ledger is written to its file again");
				this.degraded = false;
				this.ledger.degraded(false);
			}
		}
	}

	private void failed(LedgerFile file, Throwable why) {
		if (!isLate(this.limit)) {
			logger.debug("A checkpoint was not written; it is tried again", why);
			return;
		}
		if (!file.isMarked()) {
			try {
				file.setMark();
			}
			catch (IOException ex) {
				logger.debug("The mark was not written either; it is tried again", ex);
			}
		}
		degrade(this.limit, why);
	}

	private boolean isLate(Duration limit) {
		synchronized (this.monitor) {
			return this.trying && System.nanoTime() - this.tryingSince >= limit.toNanos();
		}
	}

	private void degrade(Duration limit, @Nullable Throwable why) {
		synchronized (this.monitor) {
			if (this.degraded || !isLate(limit)) {
				return;
			}
			this.degraded = true;
			this.ledger.degraded(true);
		}
		logger.error(
				"The ledger has not been written to its file for {} s: it goes on in memory,"
						+ " and what it learns until it is written again is lost if this process ends",
				limit.toSeconds(), why);
	}

	/** For a disk that does not fail, but does not answer either. */
	private void watch() {
		Duration late = this.limit.plus(this.interval.multipliedBy(2));
		while (!await(this.ended, this.interval)) {
			degrade(late, null);
		}
	}

	private void runWaiting(int count) {
		for (int i = 0; i < count; i++) {
			Runnable next;
			synchronized (this.monitor) {
				next = this.waiting.remove();
			}
			try {
				next.run();
			}
			catch (RuntimeException ex) {
				logger.warn("What waited for the ledger's file failed", ex);
			}
		}
	}

}
