package dev.waybill.producer.ledger;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of the protocol's model, number by number, without any of what makes the
 * real one small and fast.
 */
final class NaiveLedger {

	final Map<Long, Source> sources = new LinkedHashMap<>();

	private final Map<Long, long[]> next = new HashMap<>();

	private final Map<Long, TreeMap<Long, Long>> holes = new HashMap<>();

	private final Map<Long, Long> base = new HashMap<>();

	final Map<Long, Long> markers = new HashMap<>();

	private final long patience;

	private boolean fromTheFirst;

	long duplicates;

	long unexpected;

	long foreign;

	NaiveLedger(long patience) {
		this.patience = patience;
	}

	NaiveLedger copy() {
		NaiveLedger copy = new NaiveLedger(this.patience);
		this.sources.forEach((id, source) -> copy.sources.put(id, source.copy()));
		this.next.forEach((id, value) -> copy.next.put(id, value.clone()));
		this.holes.forEach((id, value) -> copy.holes.put(id, new TreeMap<>(value)));
		copy.base.putAll(this.base);
		copy.duplicates = this.duplicates;
		copy.unexpected = this.unexpected;
		copy.foreign = this.foreign;
		copy.fromTheFirst = this.fromTheFirst;
		return copy;
	}

	/** What the next life makes of it. */
	void restart(Map<Long, Long> reserved, boolean inGap) {
		this.fromTheFirst = true;
		this.holes.values().forEach((missing) -> missing.replaceAll((number, since) -> 0L));
		for (Source source : this.sources.values()) {
			source.numbers.values().forEach((number) -> {
				if (number.outcome.equals("in-flight")) {
					number.outcome = "unknown";
				}
				number.step = 0;
				number.since = roundedUp(0);
			});
			if (!source.ended) {
				source.restored = true;
				source.reserved = in(reserved, source.id);
			}
			source.ended = true;
		}
		if (inGap) {
			gap();
		}
	}

	void settle(long source, long n, String outcome, long now) {
		Number number = in(in(this.sources, source).numbers, n);
		if (number.outcome.equals(outcome)) {
			return;
		}
		if (outcome.equals("rejected") && number.rung > 0) {
			this.unexpected = Tally.add(this.unexpected, 1);
			number.rung = 0;
		}
		boolean wasOpen = number.isOpen();
		number.outcome = outcome;
		if (!wasOpen && number.isOpen()) {
			number.step = 0;
			number.since = roundedUp(now);
		}
	}

	void end(long source) {
		Source ended = in(this.sources, source);
		ended.ended = true;
		ended.numbers.values()
			.stream()
			.filter((n) -> n.outcome.equals("in-flight"))
			.forEach((n) -> n.outcome = "unknown");
	}

	boolean merge(Receipt receipt, long now, boolean promised) {
		if (!isNew(receipt.sender(), receipt.number(), now)) {
			return false;
		}
		receipt.runs().forEach((run) -> {
			Source source = this.sources.get(run.source());
			if (source == null) {
				this.foreign = Tally.add(this.foreign, run.last() - run.first() + 1);
				return;
			}
			// Beyond anything that could be given it is enough to count.
			long top = source.numbers.isEmpty() ? 0 : source.numbers.lastKey();
			long end = Math.min(run.last(), Math.max(top, source.restored ? source.reserved : 0));
			for (long n = run.first(); n <= end; n++) {
				named(run.kind(), source, n, now);
			}
			long beyond = Math.max(end, run.first() - 1);
			this.unexpected = Tally.add(this.unexpected, Math.max(0, run.last() - beyond));
		});
		receipt.markers().forEach((marker) -> returned(marker, now, promised));
		return true;
	}

	private void named(Kind kind, Source source, long n, long now) {
		long top = source.numbers.isEmpty() ? 0 : source.numbers.lastKey();
		if (n > top && source.restored && n <= source.reserved) {
			for (long m = top + 1; m <= n; m++) {
				source.numbers.put(m, new Number("tail"));
			}
		}
		Number number = source.numbers.get(n);
		if (number == null || number.outcome.equals("rejected")) {
			this.unexpected = Tally.add(this.unexpected, 1);
			return;
		}
		if (kind == Kind.HELD) {
			if (number.isOpen()) {
				number.step = 1;
				number.since = roundedUp(now);
			}
			return;
		}
		int rung = (kind == Kind.DEAD_LETTERED) ? 1 : 2;
		if (kind == Kind.DUPLICATE || (rung == 2 && number.rung == 2)) {
			this.duplicates++;
		}
		if (rung > number.rung) {
			number.rung = rung;
			number.verdict = null;
		}
	}

	private boolean isNew(long sender, long number, long now) {
		TreeMap<Long, Long> missing = this.holes.computeIfAbsent(sender, (key) -> new TreeMap<>());
		if (!this.next.containsKey(sender)) {
			long first = this.fromTheFirst ? 1 : number;
			this.next.put(sender, new long[] { first });
			this.base.put(sender, first);
		}
		long[] expected = in(this.next, sender);
		if (number < in(this.base, sender)) {
			for (long n = number + 1; n < in(this.base, sender); n++) {
				missing.put(n, now);
			}
			this.base.put(sender, number);
			return true;
		}
		if (number < expected[0]) {
			return missing.remove(number) != null;
		}
		for (long n = expected[0]; n < number; n++) {
			missing.put(n, now);
		}
		expected[0] = number + 1;
		return true;
	}

	void writeOff(long now, long limit) {
		boolean late = false;
		for (TreeMap<Long, Long> missing : this.holes.values()) {
			late |= missing.values().removeIf((since) -> now - since >= limit);
		}
		if (late) {
			gap();
		}
	}

	void gap() {
		for (Source source : this.sources.values()) {
			source.numbers.values()
				.stream()
				.filter((number) -> number.rung == 0)
				.forEach((number) -> number.gapped = true);
		}
	}

	private void returned(long marker, long now, boolean promised) {
		Long published = this.markers.remove(marker);
		if (published == null) {
			return;
		}
		boolean hole = this.holes.values().stream().anyMatch((missing) -> !missing.isEmpty());
		for (Source source : this.sources.values()) {
			for (Number number : source.numbers.values()) {
				if (number.isOpen() && published >= number.since + ((number.step > 0) ? this.patience : 0)) {
					number.step++;
					number.since = now;
					if (number.step >= Evidence.VERDICT && !hole) {
						number.verdict = (number.gapped || !promised) ? "unaudited" : "lost";
					}
				}
			}
		}
	}

	private long roundedUp(long now) {
		long part = this.patience / 10;
		return (now / part + 1) * part;
	}

	static <K, V> V in(Map<K, V> map, K key) {
		return Objects.requireNonNull(map.get(key));
	}

	/** How many numbers are as asked. */
	long count(Check check) {
		return this.sources.values().stream().flatMap((s) -> s.numbers.values().stream()).filter(check::holds).count();
	}

	Set<Long> numbers(long source, Check check) {
		Set<Long> found = new TreeSet<>();
		in(this.sources, source).numbers.forEach((n, number) -> {
			if (check.holds(number)) {
				found.add(n);
			}
		});
		return found;
	}

	/** Says something of a number. */
	interface Check {

		boolean holds(Number number);

	}

	/** One source, with all its numbers. */
	static final class Source {

		final long id;

		final TreeMap<Long, Number> numbers = new TreeMap<>();

		/** Of a restored one: the highest number that may have been given. */
		long reserved;

		boolean ended;

		boolean restored;

		Source(long id) {
			this.id = id;
		}

		Source copy() {
			Source copy = new Source(this.id);
			this.numbers.forEach((n, number) -> copy.numbers.put(n, number.copy()));
			copy.reserved = this.reserved;
			copy.ended = this.ended;
			copy.restored = this.restored;
			return copy;
		}

	}

	/** One number. */
	static final class Number {

		String outcome;

		int rung;

		@Nullable String verdict;

		boolean gapped;

		int step;

		long since;

		Number(String outcome) {
			this.outcome = outcome;
		}

		boolean isOpen() {
			return this.outcome.equals("accepted") && this.rung == 0 && this.verdict == null;
		}

		Number copy() {
			Number copy = new Number(this.outcome);
			copy.rung = this.rung;
			copy.verdict = this.verdict;
			copy.gapped = this.gapped;
			copy.step = this.step;
			copy.since = this.since;
			return copy;
		}

	}

}
