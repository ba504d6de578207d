package dev.waybill.consumer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.contract.Waybill;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what is told to the producers and when, and that nothing is acked before it:
 * reports in batches, what takes long again and again, and in an alarm afterwards.
 * <p>
 * It is one decision, so it is one thread and one class of more than 200 lines: whether
 * an alarm excuses from waiting must be seen alike by what is written, what waits and
 * what is kept. Others only leave here what they have to say; the lock is held for no
 * more.
 */
final class ReceiptsBook implements AutoCloseable {

	/** How long the broker may block before it excuses from waiting. */
	static final Duration ALARM_GRACE = Duration.ofSeconds(5);

	private static final Logger logger = LoggerFactory.getLogger(ReceiptsBook.class);

	private static final int MAX_BATCH = 100;

	private static final Duration BATCH_TIME = Duration.ofMillis(50);

	/** For the deliveries that arrive, or are let go, together. */
	private static final Duration NAMING_TIME = Duration.ofMillis(10);

	private static final Duration LOOK = Duration.ofMillis(200);

	/** Beyond it nobody hears of what takes long anyway. */
	private static final int MOST_OUTSTANDING = 10_000;

	private static final int KEPT_RUNS = 5_000;

	private static final int KEPT_RECEIPTS = 32;

	private final Object lock = new Object();

	/** Under the lock, as all that follows up to the next comment. */
	private final Gathering<Reported> reports;

	private final Gathering<Named> names = new Gathering<>(() -> MAX_BATCH, NAMING_TIME);

	private List<Letter> delivered = new ArrayList<>();

	private List<Runnable> others = new ArrayList<>();

	private long unsettled;

	private boolean flush;

	/** Whether the book's thread has what it has not written yet. */
	private boolean behind;

	/** The book's thread's, as all that follows up to the next comment. */
	private final Set<Letter> waiting = new LinkedHashSet<>();

	private final KeptRuns kept = new KeptRuns();

	private final LetterNumbers numbers = new LetterNumbers();

	private List<Reported> acks = new ArrayList<>();

	/** Of what was kept, how many receipts are not confirmed. */
	private int keptOutstanding;

	private long heldLookedAt = System.nanoTime();

	private boolean excused;

	/** Set once. */
	private final List<Supplier<Collection<Delivery>>> inHand = new CopyOnWriteArrayList<>();

	private final Thread thread = new Thread(this::run, "waybill-receipts-book");

	private final ReceiptsPublisher publisher;

	private final BrokerConnection broker;

	private final Duration heldInterval;

	private final ConsumerMetrics metrics;

	private volatile Consumer<List<Reported>> settling = (reported) -> {
	};

	private volatile boolean closed;

	ReceiptsBook(ReceiptsPublisher publisher, BrokerConnection broker, ReceiptSettings settings, IntSupplier prefetch,
			ConsumerMetrics metrics) {
		this.publisher = publisher;
		this.broker = broker;
		this.heldInterval = settings.heldInterval();
		this.metrics = metrics;
		// A whole prefetch in one batch would leave the workers without any.
		this.reports = new Gathering<>(() -> Math.max(1, Math.min(MAX_BATCH, prefetch.getAsInt() / 2)), BATCH_TIME);
		this.thread.setDaemon(true);
		this.thread.start();
		publisher.start(this::delivered);
	}

	/** Who settles deliveries once what was reported of them has been confirmed. */
	void onReported(Consumer<List<Reported>> settling) {
		this.settling = settling;
	}

	/** Where what is in hand is found, to be told of when it takes long. */
	void watch(Supplier<Collection<Delivery>> deliveries) {
		this.inHand.add(deliveries);
	}

	/** Tells what became of a waybilled delivery of the queue. */
	void report(Kind kind, Delivery delivery, Waybill waybill, Settlement how) {
		synchronized (this.lock) {
			this.unsettled++;
			if (this.reports.add(new Reported(kind, delivery, waybill, Clocks.micros(), how))) {
				this.lock.notifyAll();
			}
		}
	}

	/**
	 * Tells that a waybilled delivery of the dead letters was moved on; no alarm excuses.
	 */
	void moved(Delivery delivery, Waybill waybill, Runnable then) {
		Reported reported = new Reported(Kind.DEAD_LETTERED, delivery, waybill, Clocks.micros(), Settlement.ACKED);
		later(() -> write(waybill.instance(), List.of(reported.run()), List.of(), List.of(reported), false,
				settling(then)));
	}

	/** Tells that a marker has come through; no alarm excuses. */
	void marker(String owner, long number, Runnable then) {
		later(() -> write(owner, List.of(), List.of(number), List.of(), false, settling(then)));
	}

	/** Names a waybilled delivery before something is done with it. */
	void name(Delivery delivery, Waybill waybill, Runnable then) {
		delivery.named();
		synchronized (this.lock) {
			if (this.names.add(new Named(waybill, then))) {
				this.lock.notifyAll();
			}
		}
	}

	/** Names a delivery, and waits for nothing. */
	void name(Delivery delivery) {
		Waybill waybill = delivery.waybill();
		if (waybill != null) {
			name(delivery, waybill, Named.NOTHING);
		}
	}

	/** Waits until all that was reported is settled, where that can be. */
	void awaitSettled(Duration limit) throws InterruptedException {
		await(limit, () -> this.unsettled == 0);
	}

	/** Waits until all has been told, where that can be. */
	void awaitTold(Duration limit) throws InterruptedException {
		Supplier<Boolean> told = () -> this.unsettled == 0 && this.names.isEmpty() && !this.behind
				&& this.publisher.outstanding() == 0;
		await(limit, told);
		synchronized (this.lock) {
			if (!told.get()) {
				logger.warn(
						"Not all could be told: {} receipts are unconfirmed, {} settlements wait; "
								+ "what an alarm kept is {}",
						this.publisher.outstanding(), this.unsettled, this.behind ? "left untold" : "told");
			}
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.thread.interrupt();
	}

	private void await(Duration limit, Supplier<Boolean> done) throws InterruptedException {
		long deadline = System.nanoTime() + limit.toNanos();
		synchronized (this.lock) {
			while (!done.get() && this.broker.isConnected() && System.nanoTime() < deadline
					&& this.publisher.away().compareTo(ReceiptsWatch.LONGEST_AWAY) < 0) {
				this.flush = true;
				this.lock.notifyAll();
				this.lock.wait(20);
			}
		}
	}

	private Runnable settling(Runnable then) {
		return () -> {
			try {
				then.run();
			}
			finally {
				settled(1);
			}
		};
	}

	/** By the connection's own thread, so nothing is done here. */
	private void delivered(List<Letter> letters) {
		synchronized (this.lock) {
			this.delivered.addAll(letters);
			this.lock.notifyAll();
		}
	}

	/** Leaves to the book's thread what settles one delivery. */
	private void later(Runnable task) {
		synchronized (this.lock) {
			this.unsettled++;
			this.others.add(task);
			this.lock.notifyAll();
		}
	}

	private void run() {
		while (!this.closed) {
			try {
				turn();
			}
			catch (InterruptedException ex) {
				logger.debug("Interrupted", ex);
			}
			catch (Throwable ex) { // a book that ends would stop the service unseen
				logger.error("A receipt could not be written; its deliveries stay unsettled", ex);
			}
		}
	}

	private void turn() throws InterruptedException {
		List<Letter> arrived;
		List<Runnable> tasks;
		List<Reported> batch;
		List<Named> named;
		synchronized (this.lock) {
			long nanos = untilDue();
			if (nanos > 0) {
				this.lock.wait(1 + TimeUnit.NANOSECONDS.toMillis(nanos));
			}
			arrived = this.delivered;
			this.delivered = new ArrayList<>();
			tasks = this.others;
			this.others = new ArrayList<>();
			batch = this.reports.take(this.flush);
			named = this.names.take(this.flush);
			this.flush = false;
			this.behind = true;
		}
		look();
		arrived.forEach(this::proceed);
		named(named);
		batch(batch);
		tasks.forEach(Runnable::run);
		settle();
		mentionHeld();
		synchronized (this.lock) {
			this.behind = !this.kept.isEmpty();
			this.lock.notifyAll();
		}
	}

	private long untilDue() {
		if (this.flush || !this.delivered.isEmpty() || !this.others.isEmpty()) {
			return 0;
		}
		return Math.min(LOOK.toNanos(), Math.min(this.reports.untilDue(), this.names.untilDue()));
	}

	/** Sees whether an alarm excuses, and does once what that changes. */
	private void look() {
		boolean before = this.excused;
		this.excused = this.broker.blockedFor().compareTo(ALARM_GRACE) >= 0;
		if (this.excused && !before) {
			logger.warn("The broker blocks receipts; messages of the queue are acked and their receipts follow");
			List.copyOf(this.waiting).stream().filter(Letter::isExcusable).forEach(this::proceed);
			this.metrics.excused(this.acks.size());
		}
		while (!this.excused && !this.kept.isEmpty() && this.keptOutstanding < KEPT_RECEIPTS) {
			KeptRuns.Part part = this.kept.take(KEPT_RUNS);
			if (part != null) {
				this.keptOutstanding++;
				write(part.owner(), part.runs(), List.of(), List.of(), false, () -> this.keptOutstanding--);
			}
		}
	}

	private void proceed(Letter letter) {
		this.waiting.remove(letter);
		letter.proceed();
	}

	private void batch(List<Reported> batch) {
		if (this.excused && !this.kept.isFull()) {
			batch.forEach((one) -> this.kept.add(one.waybill().instance(), one.kind(), one.waybill().source(),
					one.waybill().sequence()));
			this.acks.addAll(batch);
			this.metrics.excused(batch.size());
			return;
		}
		Map<String, List<Reported>> byOwner = new LinkedHashMap<>();
		batch
			.forEach((one) -> byOwner.computeIfAbsent(one.waybill().instance(), (owner) -> new ArrayList<>()).add(one));
		byOwner.forEach((owner, reported) -> write(owner, reported.stream().map(Reported::run).toList(), List.of(),
				reported, !this.excused, () -> this.acks.addAll(reported)));
	}

	private void named(List<Named> named) {
		if (this.excused) {
			named.stream()
				.filter((one) -> !this.kept.isFull())
				.forEach((one) -> this.kept.add(one.waybill().instance(), Kind.HELD, one.waybill().source(),
						one.waybill().sequence()));
			named.forEach((one) -> one.then().run());
			return;
		}
		Map<String, List<Named>> byOwner = new LinkedHashMap<>();
		named
			.forEach((one) -> byOwner.computeIfAbsent(one.waybill().instance(), (owner) -> new ArrayList<>()).add(one));
		byOwner.forEach((owner, ones) -> write(owner, ones.stream().map(Named::run).toList(), List.of(), List.of(),
				true, () -> ones.forEach((one) -> one.then().run())));
	}

	private void write(String owner, List<Run> runs, List<Long> markers, List<Reported> reported, boolean excusable,
			Runnable then) {
		Letter letter = this.numbers.letter(owner, runs, markers,
				reported.stream().filter(Reported::hasReading).map(Reported::reading).toList(), excusable, then);
		this.waiting.add(letter);
		this.publisher.send(letter);
	}

	private void settle() {
		if (this.acks.isEmpty()) {
			return;
		}
		List<Reported> reported = this.acks;
		this.acks = new ArrayList<>();
		this.settling.accept(reported);
		settled(reported.size());
	}

	private void settled(int count) {
		synchronized (this.lock) {
			this.unsettled -= count;
			this.lock.notifyAll();
		}
	}

	private void mentionHeld() {
		long now = System.nanoTime();
		if (now - this.heldLookedAt < this.heldInterval.toNanos() / 5
				|| this.publisher.outstanding() >= MOST_OUTSTANDING) {
			return;
		}
		this.heldLookedAt = now;
		this.inHand.forEach((deliveries) -> deliveries.get()
			.stream()
			.filter((delivery) -> !delivery.isSettled() && delivery.nanosSinceNamed() >= this.heldInterval.toNanos())
			.forEach(this::name));
	}

	/** A delivery to be named, and what waits for that. */
	private record Named(Waybill waybill, Runnable then) {

		static final Runnable NOTHING = () -> {
		};

		Run run() {
			return new Run(Kind.HELD, this.waybill.source(), this.waybill.sequence(), this.waybill.sequence());
		}

	}

}
