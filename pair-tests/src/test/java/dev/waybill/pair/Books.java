package dev.waybill.pair;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

import dev.waybill.testing.Eventually;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The ledgers of a fleet next to the outside's list: looks at every ledger four times a
 * second from begin to end, for identities that do not hold and for losses, and compares
 * the totals with what clients were answered and processors wrote down.
 */
final class Books implements AutoCloseable {

	private static final String DEAD_LETTERS = "hello.dlq";

	private final String test;

	private final Fleet fleet;

	private final List<Load> loads;

	/** What was seen and must never be. */
	private final List<String> wrong = new CopyOnWriteArrayList<>();

	private final Map<String, LedgerView> last = new HashMap<>();

	private final Thread watcher;

	private volatile boolean lossIsWrong = true;

	private volatile boolean unauditedIsWrong = true;

	private volatile boolean looking = true;

	private volatile boolean done;

	private volatile @Nullable String outside;

	private long looks;

	Books(String test, Fleet fleet, Load... loads) {
		this.test = test;
		this.fleet = fleet;
		this.loads = List.of(loads);
		this.watcher = new Thread(this::watch, "books-" + test);
		this.watcher.setDaemon(true);
		this.watcher.start();
	}

	/** From now on something may be lost. */
	Books lossesAreMade() {
		this.lossIsWrong = false;
		return this;
	}

	/** From now on there may be what cannot be known. */
	Books gapsAreMade() {
		this.unauditedIsWrong = false;
		return this;
	}

	private void watch() {
		while (!this.done) {
			if (this.looking) {
				this.fleet.producers.forEach(this::look);
			}
			try {
				Thread.sleep(250);
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	/** Lets the services alone for a while. */
	void pause(Duration pause) throws InterruptedException {
		this.looking = false;
		Thread.sleep(pause.toMillis());
		this.looking = true;
	}

	private void look(Service producer) {
		LedgerView ledger;
		try {
			ledger = producer.ledger();
		}
		catch (IOException | IllegalStateException ex) {
			return; // killed, stopped, or not yet there: the next look will be at the
					// same books
		}
		this.looks++;
		this.last.put(producer.name, ledger);
		for (String broken : ledger.broken()) {
			wrong(producer, broken);
		}
		if (this.lossIsWrong && ledger.total("lost") != 0) {
			wrong(producer, "lost: " + ledger.numbers("lost") + ", " + ledger.summary());
		}
		if (this.unauditedIsWrong && ledger.total("unaudited") != 0) {
			wrong(producer, "unaudited: " + ledger.summary());
		}
	}

	private void wrong(Service producer, String what) {
		if (this.wrong.size() < 10) {
			this.wrong.add(producer.name + " " + what);
		}
	}

	/** Waits until each ledger says so. */
	Books until(Duration limit, Predicate<LedgerView> condition) {
		try {
			Eventually.within(limit, () -> {
				for (Service producer : this.fleet.producers) {
					if (!condition.test(producer.ledger())) {
						return false;
					}
				}
				return true;
			});
		}
		catch (RuntimeException ex) {
			throw new AssertionError("Not within " + limit + ": " + line() + " " + this.wrong, ex);
		}
		return this;
	}

	/** Waits until nothing is open in any ledger. */
	Books untilSettled(Duration limit) {
		return until(limit, (ledger) -> ledger.total("pending") == 0 && ledger.total("inFlight") == 0);
	}

	/** The sum over all ledgers. */
	long sum(ToLongFunction<LedgerView> total) {
		long sum = 0;
		for (Service producer : this.fleet.producers) {
			try {
				sum += total.applyAsLong(producer.ledger());
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}
		return sum;
	}

	long sum(String total) {
		return sum((ledger) -> ledger.total(total));
	}

	/** The numbers of one kind in all ledgers. */
	Set<String> numbers(String kind) {
		Set<String> all = new HashSet<>();
		for (Service producer : this.fleet.producers) {
			try {
				all.addAll(producer.ledger().numbers(kind));
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}
		return all;
	}

	Set<String> accepted() {
		return union(this.loads.stream().map((load) -> load.accepted).toList());
	}

	Set<String> unknown() {
		return union(this.loads.stream().map((load) -> load.unknown).toList());
	}

	Set<String> processed() {
		return new HashSet<>(this.fleet.journal());
	}

	/** Ids in the dead letters that no processor has written down. */
	Set<String> deadLettered() {
		Set<String> ids = this.fleet.host.peek(DEAD_LETTERS)
			.stream()
			.map((letter) -> letter.getProps().getMessageId())
			.collect(Collectors.toCollection(HashSet::new));
		ids.removeAll(processed());
		return ids;
	}

	private static Set<String> union(Collection<Set<String>> sets) {
		return sets.stream().flatMap(Set::stream).collect(Collectors.toCollection(HashSet::new));
	}

	/**
	 * All that clients were answered 202 for has been processed or dead-lettered, nothing
	 * else has, and the ledgers say just that.
	 */
	Books agree() {
		Set<String> ended = processed();
		Set<String> dead = deadLettered();
		ended.addAll(dead);
		assertThat(difference(accepted(), ended)).as("accepted, and neither processed nor dead-lettered").isEmpty();
		Set<String> more = difference(ended, accepted());
		assertThat(difference(more, unknown())).as("neither accepted nor unknown, and handed out").isEmpty();
		assertThat(sum("processed")).as("processed in " + line()).isEqualTo(processed().size());
		assertThat(sum("deadLettered")).as("dead-lettered in " + line()).isEqualTo(dead.size());
		assertThat(sum(LedgerView::entered)).as("accepted in " + line()).isEqualTo(ended.size());
		assertThat(sum("lost") + sum("unaudited") + sum("unexpected")).as(line()).isZero();
		return this;
	}

	static Set<String> difference(Set<String> set, Set<String> without) {
		Set<String> rest = new HashSet<>(set);
		rest.removeAll(without);
		return rest;
	}

	/** The line of the report. */
	String line() {
		String ledgers = this.fleet.producers.stream()
			.map((producer) -> producer.name + ": " + summary(producer))
			.collect(Collectors.joining("; "));
		List<String> journal = this.fleet.journal();
		Set<String> processed = new HashSet<>(journal);
		return "BOOKS " + this.test + ": ledger " + ledgers + " | outside accepted=" + accepted().size() + " rejected="
				+ union(this.loads.stream().map((load) -> load.rejected).toList()).size() + " unknown="
				+ unknown().size() + " processed=" + processed.size() + " again=" + (journal.size() - processed.size())
				+ " deadLettered=" + deadLettered().size() + ((this.outside != null) ? " " + this.outside : "") + " | "
				+ this.looks + " looks";
	}

	private String summary(Service producer) {
		try {
			return producer.ledger().summary();
		}
		catch (IOException | IllegalStateException ex) {
			LedgerView ledger = this.last.get(producer.name);
			return (ledger != null) ? "(last) " + ledger.summary() : "none";
		}
	}

	/** More of the outside's list, for the report. */
	Books outside(String more) {
		this.outside = more;
		return this;
	}

	/** Prints the line, and fails where something was seen that must never be. */
	void close(boolean print) {
		this.done = true;
		if (print) {
			System.out.println(line());
		}
		assertThat(this.wrong).as("seen in " + this.test).isEmpty();
	}

	@Override
	public void close() {
		close(true);
	}

}
