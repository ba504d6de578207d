package dev.waybill.pair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.waybill.pair.Load.Sent;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;

import static dev.waybill.pair.Books.difference;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The judge of a fault: knows from outside of the services what was sent, answered,
 * processed, dead-lettered and left in the queue, and says whether the promise was kept.
 */
final class Oracle implements AutoCloseable {

	private static final List<String> QUEUES = List.of("hello", "hello.dead");

	/** The deadline of a publish, and what a busy machine takes to read and answer. */
	private static final Duration DEADLINE = Duration.ofMillis(6_500);

	/** Its lane's and that on which it reads receipts. */
	private static final long CHANNELS_OF_PRODUCER = 2;

	/** Two on which it listens, those for receipts and for dead letters. */
	private static final long CHANNELS_OF_CONSUMER = 4;

	/**
	 * Tomcat ends a thread that had nothing to do for a minute, and gives each request to
	 * the one that has waited for longest: who asks every second keeps 60 of them.
	 */
	private static final Duration IDLE = Duration.ofSeconds(65);

	private static final int LOOKS = 2;

	private final String test;

	private final long seed;

	private final Fleet fleet;

	private final List<Load> loads;

	private final Books books;

	private final Map<Service, Footing> before = new LinkedHashMap<>();

	private final List<Service> killed = new CopyOnWriteArrayList<>();

	private final List<Service> withoutTail = new CopyOnWriteArrayList<>();

	private final List<Service> stopped = new CopyOnWriteArrayList<>();

	private final List<Away> away = new CopyOnWriteArrayList<>();

	private long handedBack;

	private long repeats;

	private int prefetch = 1000;

	private boolean queueDestroyed;

	private boolean judged;

	/**
	 * Begins to watch; the fleet is ready, and has been warmed up so that its footing is
	 * what it will be.
	 */
	Oracle(String test, long seed, Fleet fleet, Load... loads) {
		this.test = test;
		this.seed = seed;
		this.fleet = fleet;
		this.loads = List.of(loads);
		System.out.println("FAULT " + test + " seed=" + seed);
		Reliability.begin(test);
		services().forEach((service) -> this.before.put(service, Footing.of(service)));
		this.books = new Books(test, fleet, loads);
	}

	/** The consumers' prefetch, which bounds what a kill delivers twice. */
	Oracle prefetch(int prefetch) {
		this.prefetch = prefetch;
		return this;
	}

	/** A consumer was killed or has lost its connection, so often. */
	synchronized void consumersLost(int times) {
		this.handedBack += times;
	}

	/** Clients have repeated so many requests. */
	void repeated(long times) {
		this.repeats += times;
	}

	/** A producer was killed, so its counters began anew. */
	void producerKilled(Service producer) {
		this.killed.add(producer);
	}

	/**
	 * A producer was told to end and has begun anew: its counters have, its ledger not.
	 */
	void producerStopped(Service producer) {
		this.stopped.add(producer);
	}

	/**
	 * The same as killed, while its file could not be written: it must say that it does
	 * not know its tail.
	 */
	void producerKilledWithoutFile(Service producer) {
		producerKilled(producer);
		this.withoutTail.add(producer);
		gapsAreMade();
	}

	/** The queue was destroyed with what was in it. */
	void queueDestroyed() {
		this.queueDestroyed = true;
		this.books.lossesAreMade();
	}

	/** Something happened after which a ledger cannot know all. */
	void gapsAreMade() {
		this.books.gapsAreMade();
	}

	/** While something runs, a producer does not live to answer. */
	void whileAway(Service producer, Step step) throws Exception {
		Away span = new Away(producer, System.nanoTime(), Long.MAX_VALUE);
		this.away.add(span);
		try {
			step.run();
		}
		finally {
			this.away.remove(span);
			this.away.add(new Away(producer, span.from(), System.nanoTime()));
		}
	}

	Books books() {
		return this.books;
	}

	/**
	 * Waits until everything has ended, stops the consumers, and checks all that must be
	 * true.
	 */
	void verdict(Duration settle) throws Exception {
		this.judged = true;
		Set<String> dead = settled(settle);
		List<String> notBack = footing();
		long attempts = attempts();
		Counters counters = counters();
		List<Service> gone = services().stream().filter((service) -> !service.isAsItWasTold()).toList();
		this.fleet.consumers.stream().map(Service::process).filter(JavaProcess::isAlive).forEach(this::stop);
		List<String> journal = this.fleet.journal();
		Set<String> processed = new HashSet<>(journal);
		Set<String> found = new HashSet<>(processed);
		found.addAll(dead);
		Set<String> queued = queued();
		found.addAll(queued);
		Set<String> accepted = all((load) -> load.accepted);
		Set<String> rejected = all((load) -> load.rejected);
		Set<String> unknown = all((load) -> load.unknown);
		rejected.removeAll(accepted);
		rejected.removeAll(unknown);
		long again = journal.size() - processed.size();
		long bound = this.handedBack * this.prefetch + republished() + this.repeats;
		long lost = this.books.sum("lost");
		Set<String> missing = difference(accepted, found);
		Reliability.Row row = new Reliability.Row(this.test, this.seed, sent().size(), accepted.size(), rejected.size(),
				unknown.size(), processed.size(), dead.size(), queued.size(), missing.size(), lost,
				this.books.sum("unaudited"), again, bound, longestGap());
		System.out.println(row.line());
		System.out.println(this.books.line());
		if (this.queueDestroyed) {
			assertThat(missing).as("destroyed with the queue").isNotEmpty();
			assertThat(lost).as("lost in the ledgers, and missing outside").isEqualTo(missing.size());
		}
		else {
			assertThat(missing).as("accepted, and nowhere").isEmpty();
		}
		rejected.retainAll(found);
		assertThat(rejected).as("rejected, and found").isEmpty();
		found.removeAll(accepted);
		found.removeAll(unknown);
		assertThat(found).as("found, and sent by nobody").isEmpty();
		assertThat(late()).as("not answered in time by a service that lived").isEmpty();
		assertThat(again + counters.duplicates()).as("delivered again, after it was processed")
			.isLessThanOrEqualTo(bound);
		if (this.fleet.consumers.size() == 1 && this.fleet.consumers.get(0).lives() == 1) {
			assertThat(again).as("second effects of one consumer that lived").isZero();
		}
		assertLedgers(accepted.size(), processed, dead, queued, missing);
		if (this.killed.isEmpty() && this.stopped.isEmpty()) {
			assertThat(attempts).as("attempts by the counters").isEqualTo(sent().size());
			assertAnswered("accepted", counters.accepted());
			assertAnswered("rejected", counters.rejected());
		}
		if (counters.processed() >= 0) {
			assertThat(counters.processed()).as("processed, by the counters").isEqualTo(journal.size());
		}
		assertThat(gone).as("ended, and not told to").isEmpty();
		assertThat(notBack).as("not back at its footing").isEmpty();
		Reliability.add(row);
	}

	private Set<String> settled(Duration limit) {
		this.books.untilSettled(limit);
		return this.books.deadLettered();
	}

	private void assertLedgers(int accepted, Set<String> processed, Set<String> dead, Set<String> queued,
			Set<String> missing) {
		long unaudited = this.books.sum("unaudited");
		if (this.killed.isEmpty() && !this.queueDestroyed) {
			assertThat(this.books.sum("processed") + this.books.sum("deadLettered") + this.books.sum("pending")
					+ unaudited)
				.as("messages in the ledgers, " + this.books.line())
				.isGreaterThanOrEqualTo(accepted)
				.isLessThanOrEqualTo(processed.size() + dead.size() + queued.size() + republished() + this.repeats);
			long copies = republished() + this.repeats;
			assertThat(this.books.sum("processed")).as("processed, by the ledgers, " + this.books.line())
				.isBetween(processed.size() - unaudited, processed.size() + copies);
			assertThat(this.books.sum("deadLettered")).as("dead-lettered, by the ledgers, " + this.books.line())
				.isBetween(dead.size() - unaudited, dead.size() + copies);
		}
		if (!this.killed.isEmpty()) {
			for (Service producer : this.killed) {
				assertThat(ledger(producer).hasTailBound()).as(producer.name + " knows its tail")
					.isNotEqualTo(this.withoutTail.contains(producer));
			}
		}
		if (!this.killed.isEmpty() && this.withoutTail.isEmpty()) {
			assertThat(this.books.sum(LedgerView::entered) + this.books.sum("tailBound"))
				.as("accepted in the ledgers, with their tails, " + this.books.line())
				.isGreaterThanOrEqualTo(accepted);
		}
		assertThat(this.books.sum("unexpected")).as("unexpected").isZero();
		if (!this.queueDestroyed) {
			assertThat(this.books.sum("lost")).as("lost, of which outside are missing " + missing.size()).isZero();
		}
	}

	/** A request without an answer counts as what it would have been answered. */
	private void assertAnswered(String outcome, long counted) {
		long answered = sent().stream().filter((one) -> one.isAnswered(outcome)).count();
		long unanswered = sent().stream().filter(Sent::isUnanswered).count();
		assertThat(counted).as(outcome + ", by the counters").isBetween(answered, answered + unanswered);
	}

	private static LedgerView ledger(Service producer) {
		try {
			return producer.ledger();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void stop(JavaProcess process) {
		process.terminate();
		process.awaitExit(Duration.ofSeconds(40));
	}

	/** What consumers have left. */
	private Set<String> queued() {
		List<String> read = new ArrayList<>();
		// The management API refreshes its counts every few seconds.
		Eventually.within(Duration.ofSeconds(30), () -> {
			read.clear();
			QUEUES.stream()
				.flatMap((queue) -> this.fleet.host.peek(queue).stream())
				.forEach((message) -> read.add(String.valueOf(message.getProps().getMessageId())));
			return QUEUES.stream().mapToLong(this.fleet.host::messages).sum() == read.size();
		});
		return new HashSet<>(read);
	}

	/** What is not back at its footing, though it was left alone for long enough. */
	private List<String> footing() throws InterruptedException {
		List<String> beyond = beyond();
		for (int look = 0; look < LOOKS && !beyond.isEmpty(); look++) {
			this.books.pause(IDLE);
			beyond = beyond();
		}
		if (!beyond.isEmpty()) {
			services().stream()
				.map(Service::process)
				.filter(JavaProcess::isAlive)
				.forEach((process) -> System.out.println("THREADS " + Jcmd.threads(process.pid())));
		}
		return beyond;
	}

	private List<String> beyond() {
		List<String> beyond = new ArrayList<>();
		this.before.forEach((service, before) -> {
			if (service.lives() == 1 && service.process().isAlive()) {
				Footing.of(service).beyond(before).forEach((what) -> beyond.add(service.name + ": " + what));
			}
		});
		long channels = this.fleet.host.get("/api/vhosts/" + this.fleet.host.name() + "/channels").size();
		long most = alive(this.fleet.producers) * CHANNELS_OF_PRODUCER
				+ alive(this.fleet.consumers) * CHANNELS_OF_CONSUMER;
		if (channels > most) {
			beyond.add("channels " + channels + ", of at most " + most);
		}
		return beyond;
	}

	private long attempts() {
		return this.fleet.producers.stream()
			.mapToLong((producer) -> (long) (producer.metric("waybill_publish_attempts_total")
					+ producer.metric("waybill_publish_replayed_total")))
			.sum();
	}

	private static long alive(List<Service> services) {
		return services.stream().filter((service) -> service.process().isAlive()).count();
	}

	/** Of the services that are there, and have been since they began. */
	private Counters counters() {
		boolean all = this.fleet.consumers.stream()
			.allMatch((consumer) -> consumer.lives() == 1 && consumer.process().isAlive());
		return new Counters(
				sum(this.fleet.producers, "waybill_publish_seconds_count{outcome=\"accepted\"")
						+ sum(this.fleet.producers, "waybill_publish_replayed_total"),
				sum(this.fleet.producers, "waybill_publish_seconds_count{outcome=\"rejected\""),
				all ? sum(this.fleet.consumers, "waybill_process_seconds_count{outcome=\"processed\"") : -1,
				sum(this.fleet.consumers.stream().filter((consumer) -> consumer.process().isAlive()).toList(),
						"waybill_duplicates_total"));
	}

	private static long sum(List<Service> services, String series) {
		return services.stream().mapToLong((service) -> (long) service.metric(series)).sum();
	}

	/** Published once more by a lane, under another number. */
	private long republished() {
		return this.fleet.producers.stream()
			.mapToLong((producer) -> (long) producer.metric("waybill_publish_republished_total"))
			.sum();
	}

	private List<Sent> sent() {
		return this.loads.stream().flatMap((load) -> load.sent.stream()).toList();
	}

	private Set<String> all(Function<Load, Set<String>> which) {
		return this.loads.stream().flatMap((load) -> which.apply(load).stream()).collect(Collectors.toSet());
	}

	/** Ids of requests that had no answer, or a late one, though the service lived. */
	private Set<String> late() {
		return this.loads.stream()
			.flatMap((load) -> load.sent.stream()
				.filter((one) -> one.answer() == null || one.ended() - one.begun() > DEADLINE.toNanos())
				.filter((one) -> this.away.stream()
					.noneMatch((span) -> load.goesTo(span.producer()) && one.ended() >= span.from()
							&& one.begun() <= span.to())))
			.map(Sent::id)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/** The longest time in which no message was accepted, from the first one sent on. */
	private Duration longestGap() {
		List<Sent> all = sent().stream().sorted(Comparator.comparingLong(Sent::ended)).toList();
		long last = all.stream().mapToLong(Sent::begun).min().orElse(0);
		long longest = 0;
		for (Sent one : all) {
			if (one.isAccepted()) {
				longest = Math.max(longest, one.ended() - last);
				last = one.ended();
			}
		}
		return Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(longest));
	}

	private List<Service> services() {
		return Stream.concat(this.fleet.producers.stream(), this.fleet.consumers.stream()).toList();
	}

	/** Fails where something was seen that must never be. */
	@Override
	public void close() {
		this.books.close(!this.judged);
	}

	/**
	 * When a producer did not live to answer, by {@link System#nanoTime()}.
	 */
	private record Away(Service producer, long from, long to) {
	}

	/**
	 * What the services have counted.
	 *
	 * @param processed of all consumers; negative where one was ended
	 */
	private record Counters(long accepted, long rejected, long processed, long duplicates) {
	}

	/** A part of a test. */
	interface Step {

		void run() throws Exception;

	}

}
