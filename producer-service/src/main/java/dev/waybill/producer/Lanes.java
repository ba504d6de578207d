package dev.waybill.producer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;

import com.rabbitmq.client.Connection;
import dev.waybill.contract.BrokerRefusedException;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloTopology;
import dev.waybill.contract.HelloTopology.Role;
import dev.waybill.contract.Waybill;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.context.SmartLifecycle;

/**
 * Keeps the lanes running, starts each again when its channel ends, and answers for what
 * they cannot publish in time.
 */
final class Lanes implements SmartLifecycle {

	/** Below the web server's: it drains while lanes still publish. */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private static final Logger logger = LoggerFactory.getLogger(Lanes.class);

	private static final Duration FIRST_ATTEMPT = Duration.ofSeconds(10);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

	private static final long SWEEP_MILLIS = 20;

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

	private final AtomicReferenceArray<@Nullable PublishLane> lanes;

	private final AtomicBoolean stopping = new AtomicBoolean();

	private final List<Thread> threads = new ArrayList<>();

	private final CompletableFuture<Boolean> firstAttempt = new CompletableFuture<>();

	private @Nullable ScheduledExecutorService sweeper;

	private volatile boolean ended;

	Lanes(RabbitTemplate template, HelloTopology topology, HelloQueue queue, String instance, PublishSettings settings,
			EntryQueue entries, BrokerState state, ProducerMetrics metrics) {
		this.template = template;
		this.topology = topology;
		this.queue = queue.name();
		this.instance = instance;
		this.settings = settings;
		this.entries = entries;
		this.state = state;
		this.metrics = metrics;
		this.lanes = new AtomicReferenceArray<>(settings.lanes());
	}

	/**
	 * Starts the lanes and waits for the first word of the broker; one that is absent is
	 * waited for in the background.
	 * @throws BrokerRefusedException where the broker is there and refuses us
	 */
	@Override
	public void start() {
		// An event of the broker may come when it has been shut down: then nothing waits.
		ScheduledExecutorService deadlines = new ScheduledThreadPoolExecutor(1,
				(task) -> daemon(task, "publish-deadlines"), new ThreadPoolExecutor.DiscardPolicy());
		this.sweeper = deadlines;
		deadlines.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
		this.state.onChange(() -> deadlines.execute(this::sweep));
		for (int i = 0; i < this.lanes.length(); i++) {
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
		for (int i = 0; i < this.lanes.length(); i++) {
			finish(this.lanes.get(i));
		}
		this.ended = true;
		sweep();
		if (this.sweeper != null) {
			this.sweeper.shutdownNow();
		}
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

	/** Publishes that the broker has not confirmed. */
	int unconfirmed() {
		int sum = 0;
		for (int i = 0; i < this.lanes.length(); i++) {
			ConfirmWindow window = window(this.lanes.get(i));
			sum += (window != null) ? window.size() : 0;
		}
		return sum;
	}

	/** The age of the oldest of them. */
	Duration oldestUnconfirmed() {
		long now = System.nanoTime();
		long oldest = 0;
		for (int i = 0; i < this.lanes.length(); i++) {
			ConfirmWindow window = window(this.lanes.get(i));
			oldest = Math.max(oldest, (window != null) ? window.oldestAge(now) : 0);
		}
		return Duration.ofNanos(oldest);
	}

	private void keepRunning(int index) {
		long pause = 0;
		while (!this.stopping.get()) {
			PublishLane lane = new PublishLane(this.template, this.queue, this.instance, this.entries,
					this.settings.window(), this.stopping);
			this.lanes.set(index, lane);
			AtomicBoolean started = new AtomicBoolean();
			String why = "stopped";
			try {
				lane.run((connection) -> {
					started(lane, connection);
					started.set(true);
				});
			}
			catch (Throwable ex) { // whatever it was, messages wait for a lane
				why = failed(ex, started.get());
			}
			if (started.get()) {
				this.state.laneEnded(why);
			}
			finish(lane);
			pause = started.get() ? 0 : Math.min(LONGEST_PAUSE.toMillis(), Math.max(50, 2 * pause));
			sleep(pause);
		}
	}

	private void started(PublishLane lane, Connection connection) throws IOException {
		this.topology.ensure(connection, Role.PRODUCER);
		this.state.laneStarted();
		this.metrics.laneStarted();
		logger.info("Publishing to '{}' as {}, source {}", this.queue, this.instance,
				Waybill.sourceText(lane.source()));
		this.firstAttempt.complete(true);
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

	/** Settles, or puts back, what the ended lane had not heard of. */
	private void finish(@Nullable PublishLane lane) {
		ConfirmWindow window = window(lane);
		if (window == null) {
			return;
		}
		List<Publication> unconfirmed = window.end();
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

	private void sweep() {
		try {
			long now = System.nanoTime();
			Reason outage = this.ended ? Reason.BROKER_UNAVAILABLE : this.state.outage();
			List<Publication> withdrawn = new ArrayList<>(0);
			this.entries.removeIf((publication) -> {
				boolean hopeless = outage != null && (!publication.isRepublished() || this.ended);
				return (hopeless || publication.remaining(now) <= 0) && withdrawn.add(publication);
			});
			for (Publication publication : withdrawn) {
				publication.withdraw(publication.isRepublished() ? Reason.CONNECTION_LOST
						: (outage != null) ? outage : Reason.OVERLOADED);
			}
			for (int i = 0; i < this.lanes.length(); i++) {
				ConfirmWindow window = window(this.lanes.get(i));
				if (window != null) {
					window.expire(now);
				}
			}
		}
		catch (RuntimeException ex) { // or it would never run again
			logger.error("Deadlines could not be kept", ex);
		}
	}

	private static @Nullable ConfirmWindow window(@Nullable PublishLane lane) {
		return (lane != null) ? lane.window() : null;
	}

	private static Throwable rootOf(Throwable ex) {
		Throwable root = ex;
		while (root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		return root;
	}

	private void sleep(long millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static Thread daemon(Runnable task, String name) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

}
