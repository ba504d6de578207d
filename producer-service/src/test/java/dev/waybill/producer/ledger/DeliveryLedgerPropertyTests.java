package dev.waybill.producer.ledger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;

import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.contract.SequenceRuns;
import dev.waybill.contract.Waybill;
import dev.waybill.producer.ledger.DeliveryLedger.SourceReport;
import dev.waybill.producer.ledger.DeliveryLedger.Totals;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

import static org.assertj.core.api.Assertions.assertThat;

/** Lanes, receipts, markers, gaps and restarts at random, against the naive ledger. */
class DeliveryLedgerPropertyTests {

	private static final long PATIENCE = Duration.ofSeconds(5).toNanos();

	private static final long HELD = Duration.ofSeconds(1).toNanos();

	private long now;

	private DeliveryLedger ledger = builder().of(List.of(), false);

	private NaiveLedger naive = new NaiveLedger(PATIENCE);

	private final List<LaneAccount> lanes = new ArrayList<>();

	private final List<Long> sources = new ArrayList<>();

	private final List<Long> markers = new ArrayList<>();

	private final List<Receipt> sent = new ArrayList<>();

	private final Map<Long, Long> numbers = new HashMap<>();

	private List<byte[]> records = new ArrayList<>();

	private NaiveLedger onDisk = this.naive.copy();

	private Map<Long, Long> reservedOnDisk = new HashMap<>();

	private boolean inGap;

	private boolean inGapOnDisk;

	private Random random = new Random();

	@BeforeAll
	static void beQuiet() {
		LoggingSystem.get(DeliveryLedger.class.getClassLoader())
			.setLogLevel(DeliveryLedger.class.getName(), LogLevel.OFF);
	}

	@AfterAll
	static void speakAgain() {
		LoggingSystem.get(DeliveryLedger.class.getClassLoader()).setLogLevel(DeliveryLedger.class.getName(), null);
	}

	static LongStream seeds() {
		Long seed = Long.getLong("waybill.test.seed");
		return (seed != null) ? LongStream.of(seed) : LongStream.rangeClosed(1, 150);
	}

	@ParameterizedTest(name = "seed {0}")
	@MethodSource("seeds")
	void saysWhatTheNaiveLedgerSays(long seed) {
		this.random = new Random(seed);
		for (int step = 0; step < 600; step++) {
			this.now += (long) (this.random.nextDouble() * PATIENCE / 20);
			step();
			check("seed " + seed + ", step " + step);
		}
	}

	private DeliveryLedger.Builder builder() {
		return new DeliveryLedger.Builder(Duration.ofNanos(PATIENCE), Duration.ofNanos(HELD), true)
			.clocks(() -> this.now, () -> 1_700_000_000_000L + this.now / 1_000_000);
	}

	private void step() {
		switch (this.random.nextInt(20)) {
			case 0 -> open();
			case 1, 2, 3, 4 -> publish();
			case 5, 6, 7, 8 -> settle();
			case 9, 10, 11, 12 -> receive();
			case 13, 14, 15 -> tick();
			case 16 -> end();
			case 17 -> gap();
			case 18 -> checkpoint();
			default -> restart();
		}
	}

	private void open() {
		if (this.lanes.size() < 3) {
			long source = this.random.nextLong();
			this.lanes.add(this.ledger.open(source));
			this.sources.add(source);
			this.naive.sources.put(source, new NaiveLedger.Source(source));
		}
	}

	private void publish() {
		LaneAccount lane = any(this.lanes);
		for (int i = this.random.nextInt(40); lane != null && i > 0; i--) {
			naiveSource(lane).numbers.put(lane.next(), new NaiveLedger.Number("in-flight"));
		}
	}

	private void settle() {
		LaneAccount lane = any(this.lanes);
		for (int i = this.random.nextInt(40); lane != null && lane.numbers.given > 0 && i > 0; i--) {
			long number = 1 + (long) (this.random.nextDouble() * lane.numbers.given);
			String now = NaiveLedger.in(naiveSource(lane).numbers, number).outcome;
			int what = this.random.nextInt(8);
			// A word after "accepted" or "rejected" does not come.
			if (now.equals("in-flight") || now.equals("unknown")) {
				if (what == 0) {
					lane.rejected(number);
				}
				else if (what == 1) {
					lane.unknown(number);
				}
				else {
					lane.accepted(number);
				}
				this.naive.settle(lane.source(), number,
						(what == 0) ? "rejected" : (what == 1) ? "unknown" : "accepted", this.now);
			}
		}
	}

	private NaiveLedger.Source naiveSource(LaneAccount lane) {
		NaiveLedger.Source source = this.naive.sources.get(lane.source());
		assertThat(source).isNotNull();
		return source;
	}

	private void receive() {
		Receipt receipt = (this.random.nextInt(8) == 0 && !this.sent.isEmpty()) ? any(this.sent) : receipt();
		assertThat(receipt).isNotNull();
		boolean fresh = this.ledger.merge(receipt).fresh();
		assertThat(this.naive.merge(receipt, this.now, true)).isEqualTo(fresh);
	}

	private Receipt receipt() {
		long sender = this.random.nextInt(3);
		long number = this.numbers.merge(sender, 1L, Long::sum);
		if (this.random.nextInt(10) == 0) {
			number = Math.max(1, number + this.random.nextInt(5) - 2);
			this.numbers.merge(sender, number, Math::max);
		}
		List<Run> runs = new ArrayList<>();
		for (int i = this.random.nextInt(4); i > 0; i--) {
			runs.add(run());
		}
		List<Long> returned = new ArrayList<>();
		if (this.random.nextInt(3) == 0 && !this.markers.isEmpty()) {
			returned.add(this.markers.remove(0));
		}
		if (this.random.nextInt(10) == 0) {
			returned.add(this.random.nextLong());
		}
		Receipt receipt = new Receipt(sender, number, runs, returned, List.of());
		this.sent.add(receipt);
		return receipt;
	}

	private Run run() {
		Long known = any(this.sources);
		long source = (known == null || this.random.nextInt(20) == 0) ? this.random.nextLong() : known;
		NaiveLedger.Source naiveSource = this.naive.sources.get(source);
		long top = (naiveSource == null || naiveSource.numbers.isEmpty()) ? 1 : naiveSource.numbers.lastKey();
		long first = 1 + (long) (this.random.nextDouble() * (top + 2));
		long last = first + this.random.nextInt(this.random.nextBoolean() ? 1 : 60);
		boolean live = naiveSource == null || !naiveSource.restored;
		if (live && this.random.nextInt(40) == 0) {
			last = SequenceRuns.MAX;
		}
		return new Run(Kind.values()[this.random.nextInt(4)], source, first, last);
	}

	private void tick() {
		this.ledger.tick();
		this.naive.writeOff(this.now, 2 * HELD);
		OptionalLong marker = this.ledger.takeMarker();
		marker.ifPresent((number) -> {
			this.markers.add(number);
			this.naive.markers.put(number, this.now);
		});
		if (this.random.nextBoolean()) {
			this.now += PATIENCE;
		}
	}

	private void end() {
		LaneAccount lane = any(this.lanes);
		if (lane != null) {
			lane.end();
			this.naive.end(lane.source());
			this.lanes.remove(lane);
		}
	}

	private void gap() {
		int what = this.random.nextInt(4);
		if (what == 0 && !this.inGap) {
			this.ledger.gapBegins("test");
			this.inGap = true;
		}
		else if (what == 1 && this.inGap) {
			this.ledger.gapEnds();
			this.naive.gap();
			this.inGap = false;
		}
		else if (what == 2) {
			this.ledger.gap();
			this.naive.gap();
		}
	}

	private void checkpoint() {
		boolean whole = this.random.nextInt(4) == 0;
		byte @Nullable [] record = whole ? this.ledger.everything() : this.ledger.changes();
		if (record == null) {
			return;
		}
		if (this.random.nextInt(4) == 0) {
			this.ledger.notWritten();
			return;
		}
		if (whole) {
			this.records = new ArrayList<>();
		}
		this.records.add(record);
		this.onDisk = this.naive.copy();
		this.inGapOnDisk = this.inGap;
		this.reservedOnDisk = new HashMap<>();
		this.lanes.forEach((lane) -> this.reservedOnDisk.put(lane.source(), lane.numbers.reserved));
		this.ledger.written();
	}

	/** A kill: what is not on disk has not been. */
	private void restart() {
		if (this.random.nextInt(3) > 0) {
			return;
		}
		boolean fresh = this.records.isEmpty();
		this.now = 0;
		this.ledger = builder().of(this.records, false);
		this.naive = this.onDisk.copy();
		if (!fresh) {
			this.naive.restart(this.reservedOnDisk, this.inGapOnDisk);
		}
		this.inGap = false;
		this.lanes.clear();
		this.markers.clear();
		this.onDisk = this.naive.copy();
		// What the new life says first is on disk before anything else happens.
		this.records.add(this.ledger.everything());
		this.inGapOnDisk = false;
		this.reservedOnDisk = new HashMap<>();
		this.ledger.written();
	}

	private void check(String when) {
		Totals totals = this.ledger.totals();
		assertThat(totals.attempted()).as(when)
			.isEqualTo(totals.accepted() + totals.rejected() + totals.unknown() + totals.inFlight());
		assertThat(totals.accepted() + totals.recovered() + totals.resumed()).as(when)
			.isEqualTo(
					totals.processed() + totals.deadLettered() + totals.pending() + totals.lost() + totals.unaudited());
		assertThat(List.of(totals.accepted(), totals.rejected(), totals.unknown(), totals.inFlight(),
				totals.recovered(), totals.resumed(), totals.processed(), totals.deadLettered(), totals.pending(),
				totals.lost(), totals.unaudited(), totals.duplicates(), totals.unexpected(), totals.foreign()))
			.as(when)
			.containsExactlyElementsOf(naiveCounts());
		for (SourceReport report : this.ledger.report(1_000_000).sources()) {
			long id = Long.parseUnsignedLong(report.source(), 16);
			assertThat(Waybill.sourceText(id)).isEqualTo(report.source());
			assertThat(expand(report.pending())).as(when).isEqualTo(this.naive.numbers(id, (n) -> n.isOpen()));
			assertThat(expand(report.lost())).as(when).isEqualTo(this.naive.numbers(id, (n) -> isVerdict(n, "lost")));
			assertThat(expand(report.unaudited())).as(when)
				.isEqualTo(this.naive.numbers(id, (n) -> isVerdict(n, "unaudited")));
			assertThat(expand(report.deadLettered())).as(when).isEqualTo(this.naive.numbers(id, (n) -> n.rung == 1));
			assertThat(expand(report.unknown())).as(when)
				.isEqualTo(this.naive.numbers(id, (n) -> n.outcome.equals("unknown") && n.rung == 0));
		}
	}

	private List<Long> naiveCounts() {
		NaiveLedger n = this.naive;
		return List.of(n.count((x) -> x.outcome.equals("accepted")), n.count((x) -> x.outcome.equals("rejected")),
				n.count((x) -> x.outcome.equals("unknown")), n.count((x) -> x.outcome.equals("in-flight")),
				n.count((x) -> x.outcome.equals("unknown") && x.rung > 0),
				n.count((x) -> x.outcome.equals("tail") && x.rung > 0), n.count((x) -> counts(x) && x.rung == 2),
				n.count((x) -> counts(x) && x.rung == 1), n.count(NaiveLedger.Number::isOpen),
				n.count((x) -> isVerdict(x, "lost")), n.count((x) -> isVerdict(x, "unaudited")), n.duplicates,
				n.unexpected, n.foreign);
	}

	private static boolean counts(NaiveLedger.Number number) {
		return !number.outcome.equals("rejected") && !number.outcome.equals("in-flight");
	}

	private static boolean isVerdict(NaiveLedger.Number number, String verdict) {
		return number.outcome.equals("accepted") && number.rung == 0 && verdict.equals(number.verdict);
	}

	private static Set<Long> expand(List<long[]> runs) {
		Set<Long> numbers = new TreeSet<>();
		runs.forEach((run) -> LongStream.rangeClosed(run[0], run[1]).forEach(numbers::add));
		return numbers;
	}

	private <T> @Nullable T any(List<T> list) {
		return list.isEmpty() ? null : list.get(this.random.nextInt(list.size()));
	}

}
