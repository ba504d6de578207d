package dev.waybill.producer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import com.rabbitmq.client.Connection;
import dev.waybill.contract.BrokerRefusedException;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloTopology;
import dev.waybill.contract.HelloTopology.Role;
import dev.waybill.contract.Waybill;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.context.SmartLifecycle;

/**
 * Keeps the lanes running, and starts each again when its channel ends; long because a
 * start, a failure and a stop each have several ends, which are told apart here alone.
 */
final class Lanes implements SmartLifecycle {

	/** Below the web server's: it drains while lanes still publish. */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private static final Logger logger = LoggerFactory.getLogger(Lanes.class);

	private static final Duration FIRST_ATTEMPT = Duration.ofSeconds(10);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

	/** What has less than this of its deadline left is not published once more. */
	private static final long TO_REPUBLISH = TimeUnit.SECONDS.toNanos(1);

	private final RabbitTemplate template;

	private final HelloTopology topology;

	private final String queue;

	private final String instance;

	private final PublishSettings settings;

	private final EntryQueue entries;

	private final BrokerState state;

	private final ProducerMetrics metrics;

	private final OpenWindows windows;

	private final Accounting accounting;

	private final Deadlines deadlines;

	private final AtomicBoolean stopping = new AtomicBoolean();

	private final List<Thread> threads = new ArrayList<>();

	private final CompletableFuture<Boolean> firstAttempt = new CompletableFuture<>();

	Lanes(RabbitTemplate template, HelloTopology topology, HelloQueue queue, String instance, PublishSettings settings,
			EntryQueue entries, OpenWindows windows, BrokerState state, ProducerMetrics metrics,
			Accounting accounting) {
		this.template = template;
		this.topology = topology;
		this.queue = queue.name();
		this.instance = instance;
		this.settings = settings;
		this.entries = entries;
		this.state = state;
		this.metrics = metrics;
		this.windows = windows;
		this.accounting = accounting;
		this.deadlines = new Deadlines(entries, state, windows);
	}

	/**
	 * Starts the lanes and waits for the first word of the broker; one that is absent is
	 * waited for in the background.
	 * @throws BrokerRefusedException where the broker is there and refuses us
	 */
	@Override
	public void start() {
		announce();
		this.deadlines.start();
		for (int i = 0; i < this.settings.lanes(); i++) {
			int index = i;
			Thread thread = daemon(() -> keepRunning(index), "publish-lane-" + (i + 1));
			this.threads.add(thread);
			thread.start();
		}
		try {
			this.firstAttempt.get(FIRST_ATTEMPT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			stop();
			if (ex.getCause() instanceof BrokerRefusedException refused) {
				throw refused;
			}
			throw new IllegalStateException(ex.getCause());
		}
		catch (TimeoutException ex) {
			logger.warn("The broker has not answered for {} s; trying on", FIRST_ATTEMPT.toSeconds());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Lets no more in, waits until the broker has spoken of what is published, and
	 * answers for the rest.
	 */
	@Override
	public void stop() {
		this.state.stopping();
		this.stopping.set(true);
		long end = System.nanoTime() + this.settings.stopTimeout().toNanos();
		try {
			for (Thread thread : this.threads) {
				thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
				thread.interrupt();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.windows.end(this::putBack);
		this.deadlines.end();
		this.threads.clear();
	}

	@Override
	public boolean isRunning() {
		return !this.threads.isEmpty();
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	private void announce() {
		Map<String, String> facts = this.topology.describe();
		if (String.valueOf(facts.get("promise")).startsWith("full")) {
			logger.info("Queue and promise: {}", facts);
		}
		else {
			logger.warn("Queue and promise: {}; a broker that restarts loses messages that were answered 202, "
					+ "and so does every other program that reads the queue", facts);
		}
	}

	/**
	 * Whatever a lane ends with, and whatever the handling of that, messages wait for the
	 * next: an interrupt that is no stop's, or no memory to log what has happened.
	 */
	private void keepRunning(int index) {
		long pause = 0;
		Throwable unexpected = null;
		while (!this.stopping.get()) {
			try {
				Thread.sleep(pause);
				pause = Math.min(LONGEST_PAUSE.toMillis(), Math.max(50, 2 * pause));
				if (unexpected != null) {
					logger.warn("A lane starts again after what should not have happened", unexpected);
					unexpected = null;
				}
				if (run(index)) {
					// At once after one that worked; a refused publish must not make it
					// spin.
					pause = 0;
				}
			}
			catch (Throwable ex) { // said when it can be
				unexpected = ex;
			}
		}
	}

	/** Runs a lane to its end; whether it had worked for a while. */
	private boolean run(int index) {
		PublishLane lane = new PublishLane(this.template, this.queue, this.instance, this.entries, this.settings,
				this.accounting.ledger(), this.accounting.recent(), this.stopping);
		this.windows.put(index, lane);
		long begun = System.nanoTime();
		AtomicBoolean started = new AtomicBoolean();
		String why = "stopped";
		try {
			lane.run((connection) -> started(lane, connection, started));
		}
		catch (Throwable ex) { // whatever it was, messages wait for a lane
			why = "failed";
			why = failed(ex, started.get());
		}
		finally {
			ended(lane, started.get(), why);
		}
		return System.nanoTime() - begun > LONGEST_PAUSE.toNanos();
	}

	private void started(PublishLane lane, Connection connection, AtomicBoolean started) throws IOException {
		this.topology.ensure(connection, Role.PRODUCER);
		this.accounting.receipts().ensureOurs(connection);
		started.set(true);
		this.state.laneStarted();
		this.metrics.laneStarted();
		logger.info("Publishing to '{}' as {}, source {}", this.queue, this.instance,
				Waybill.sourceText(lane.source()));
		this.firstAttempt.complete(true);
	}

	private void ended(PublishLane lane, boolean started, String why) {
		PublishLane.forgetInterrupt();
		try {
			if (started) {
				this.state.laneEnded(why);
			}
		}
		finally {
			endWindow(lane);
		}
	}

	private void endWindow(PublishLane lane) {
		ConfirmWindow window = lane.window();
		if (window != null) {
			List<Publication> unconfirmed = window.end();
			try {
				putBack(unconfirmed);
			}
			catch (Throwable ex) {
				PublishLane.forgetInterrupt();
				unconfirmed.forEach(Lanes::giveUp);
				throw ex;
			}
		}
	}

	/** Answers for one, claimed or just released, for whom nobody else would. */
	private static void giveUp(Publication publication) {
		try {
			if (!publication.settle(Settlement.of(Reason.CONNECTION_LOST))) {
				publication.withdraw(Reason.CONNECTION_LOST);
			}
		}
		catch (RuntimeException | Error ex) {
			// What it throws is thrown of the first one already; the others wait too.
		}
	}

	/**
	 * Sorts a failure: the broker absent, the broker refusing us, a channel that died.
	 */
	private String failed(Throwable ex, boolean started) {
		BrokerRefusedException refused = BrokerRefusedException.find(ex);
		String why = (refused != null) ? String.valueOf(refused.getMessage()) : rootOf(ex).toString();
		boolean news = !this.state.problem().equals(why);
		if (refused != null) {
			this.state.refused(why);
			if (news) {
				logger.error(why);
			}
			this.firstAttempt.completeExceptionally(refused);
		}
		else if (started) {
			if (!this.stopping.get()) {
				logger.warn("A lane ended, its unconfirmed messages are unknown: {}", why);
			}
		}
		else {
			this.state.unreachable(why);
			if (news) {
				logger.warn("The broker cannot be reached, trying on: {}", why);
			}
			this.firstAttempt.complete(false);
		}
		return why;
	}

	/** Puts back, or settles, what an ended lane had not heard of. */
	private void putBack(List<Publication> unconfirmed) {
		long now = System.nanoTime();
		for (int i = unconfirmed.size() - 1; i >= 0; i--) {
			Publication publication = unconfirmed.get(i);
			if (!this.stopping.get() && publication.release(now, TO_REPUBLISH)) {
				this.metrics.republished();
				this.entries.putBack(publication);
			}
			else {
				publication.settle(Settlement.of(Reason.CONNECTION_LOST));
			}
		}
	}

	private static Throwable rootOf(Throwable ex) {
		Throwable root = ex;
		while (root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		return root;
	}

	private static Thread daemon(Runnable task, String name) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

}
