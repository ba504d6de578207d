package dev.waybill.producer.ledger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.contract.SequenceRuns;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accounts for every number that was published: what the broker said of it, and how far
 * up the ladder pending, dead-lettered, processed its receipts have brought it; and names
 * as lost, by evidence and not by age, what will not come any more.
 * <p>
 * Merging is idempotent and commutative. All is under one lock, so that both identities
 * of {@link Totals} hold in whatever is read; long because all that the lock guards
 * begins here.
 */
public final class DeliveryLedger extends Checkpointed {

	private static final Logger logger = LoggerFactory.getLogger(DeliveryLedger.class);

	static final int MOST_SOURCES = 10_000;

	/** As many numbers are reserved as are given in this time, at the present rate. */
	private static final long RESERVE_SECONDS = 10;

	private static final long LEAST_RESERVE = 10_000;

	/** For a source that went on while its file could not be written. */
	private static final long UNKNOWN_TAIL = 1L << 32;

	private static final long HEARD = TimeUnit.MINUTES.toNanos(10);

	private static final int MOST_MARKERS = 1000;

	private final LedgerState state;

	private final Map<Long, LaneAccount> lanes = new LinkedHashMap<>();

	private final List<Long> gone = new ArrayList<>();

	private int goneInRecord;

	/** When each marker was published. */
	private final Map<Long, Long> markers = new LinkedHashMap<>();

	private final long patience;

	private final long heldInterval;

	private final boolean promised;

	private final boolean withFile;

	private final LongSupplier nanoTime;

	private final long origin;

	private final LongSupplier epochMillis;

	private final PendingAges ages = new PendingAges();

	private final LaneReserves reserves;

	private List<SourceAccount> lastRecord = List.of();

	private Map<LaneAccount, Long> lastReserves = Map.of();

	private boolean changed = true;

	private int gapsOpen;

	private long gaps;

	private long markersPublished;

	/** When a marker was last published or came back, or the start. */
	private long markerEvent;

	private long markerReturned;

	private long prunedAt;

	private boolean ending;

	private volatile boolean markerDue;

	private volatile boolean passing;

	private volatile boolean wanted;

	private DeliveryLedger(Builder builder, LedgerState state) {
		this.state = state;
		this.patience = builder.patience.toNanos();
		this.heldInterval = builder.heldInterval.toNanos();
		this.promised = builder.promised;
		this.withFile = builder.withFile;
		this.nanoTime = builder.nanoTime;
		this.epochMillis = builder.epochMillis;
		this.origin = builder.nanoTime.getAsLong();
		this.reserves = new LaneReserves(RESERVE_SECONDS, LEAST_RESERVE);
	}

	// --- lanes

	/** Opens the account of a lane; its numbers hold once they are reserved on disk. */
	public LaneAccount open(long source) {
		synchronized (this) {
			SourceAccount account = new SourceAccount(source, new Evidence(this.patience));
			this.state.sources.put(source, account);
			LaneAccount lane = new LaneAccount(this, account, this.withFile ? 0 : Long.MAX_VALUE);
			this.lanes.put(source, lane);
			this.changed = true;
			boundSources();
			this.wanted = this.withFile;
			return lane;
		}
	}

	synchronized long next(LaneAccount lane) {
		this.changed = true;
		if (this.withFile && lane.left() < LEAST_RESERVE / 2) {
			this.wanted = true;
		}
		return lane.numbers.next(this.state.tally);
	}

	synchronized void settle(LaneAccount lane, long number, SourceAccount.Outcome outcome) {
		lane.numbers.settle(number, outcome, this.state.tally, now());
		this.changed = true;
		seal(lane.numbers);
	}

	synchronized void end(LaneAccount lane) {
		if (!lane.numbers.ended) {
			this.ages.sample(lane.numbers, now());
			lane.numbers.end(this.state.tally, now());
			this.lanes.remove(lane.source());
			this.reserves.forget(lane);
			this.changed = true;
			seal(lane.numbers);
		}
	}

	boolean passesReservations() {
		return this.passing;
	}

	// --- receipts

	/** Takes a receipt in; a number that was seen before is ignored whole (rule 5). */
	public synchronized Merged merge(Receipt receipt) {
		long now = now();
		this.changed = true;
		if (!this.state.senders.isNew(receipt.sender(), receipt.number(), now)) {
			return new Merged(false, List.of());
		}
		List<Reading> accounted = receipt.readings().stream().filter(this::isUnreported).toList();
		for (Run run : receipt.runs()) {
			merge(run, now);
		}
		for (long marker : receipt.markers()) {
			returned(marker, now);
		}
		return new Merged(true, accounted);
	}

	private boolean isUnreported(Reading reading) {
		SourceAccount source = this.state.sources.get(reading.source());
		if (source == null || reading.sequence() > source.given || source.rejected.contains(reading.sequence())) {
			return false;
		}
		return source.rung(reading.sequence()) == SourceAccount.Rung.NONE;
	}

	private void merge(Run run, long now) {
		Tally tally = this.state.tally;
		SourceAccount source = this.state.sources.get(run.source());
		if (source == null) {
			tally.foreign = Tally.add(tally.foreign, run.last() - run.first() + 1);
			return;
		}
		long lost = tally.lost;
		long unexpected = tally.unexpected;
		source.named(run.kind(), run.first(), run.last(), tally, now);
		if (tally.lost < lost) {
			logger.warn("Lost taken back: {} numbers of {} to {} of source {} have turned up", lost - tally.lost,
					run.first(), run.last(), source.text());
		}
		if (tally.unexpected != unexpected) {
			logger.error(
					"Unexpected: a receipt names numbers of {} to {} of source {} that were rejected or never given",
					run.first(), run.last(), source.text());
		}
		seal(source);
	}

	// --- receipt gaps

	/**
	 * A receipt gap begins: publishing is blocked, or the receipts queue is missing.
	 * @param why for the log
	 */
	public synchronized void gapBegins(String why) {
		logger.warn("A receipt gap begins: {}", why);
		this.gapsOpen++;
		this.state.inGap = true;
		this.changed = true;
	}

	/** A gap that had begun is over; it covers everything published until now. */
	public synchronized void gapEnds() {
		if (this.gapsOpen > 0) {
			this.gapsOpen--;
			this.state.inGap = this.gapsOpen > 0;
			cover();
		}
	}

	/** A receipt gap that is over at once, such as a receipt that nobody can read. */
	public synchronized void gap() {
		cover();
	}

	private void gap(String why) {
		logger.warn("A receipt gap: {}; what is published and not reported may end as unaudited instead of lost", why);
		cover();
	}

	private void cover() {
		this.gaps++;
		this.changed = true;
		for (SourceAccount source : this.state.sources.values()) {
			if (!source.sealed) {
				source.gappedUpTo = source.given;
				source.changed = true;
			}
		}
	}

	/** Whether the receipts queue has ever been declared, as far as the file says. */
	public synchronized boolean isQueueDeclared() {
		return this.state.queueDeclared;
	}

	/** The receipts queue has been declared: missing from now on, it is a gap. */
	public synchronized void queueDeclared() {
		this.state.queueDeclared = true;
		this.changed = true;
	}

	// --- markers and time

	/**
	 * A marker that is due, to be published right now; it counts as published with this
	 * call. Takes no lock where none is due.
	 */
	public OptionalLong takeMarker() {
		if (!this.markerDue) {
			return OptionalLong.empty();
		}
		synchronized (this) {
			if (!this.markerDue) {
				return OptionalLong.empty();
			}
			this.markerDue = false;
			long number = ThreadLocalRandom.current().nextLong();
			long now = now();
			this.markers.put(number, now);
			this.markers.keySet().removeIf((old) -> this.markers.size() > MOST_MARKERS);
			this.markerEvent = now;
			this.markersPublished++;
			return OptionalLong.of(number);
		}
	}

	/** First: all accepted before it has been handed out; then twice a patience. */
	private void returned(long number, long now) {
		Long published = this.markers.remove(number);
		if (published == null) {
			return;
		}
		this.markerEvent = now;
		this.markerReturned = now;
		boolean mayConclude = !this.state.senders.hasHoles();
		for (SourceAccount source : List.copyOf(this.state.sources.values())) {
			if (!source.sealed) {
				SequenceRuns due = source.evidence.markerReturned(published, now, source.pending, mayConclude);
				if (!due.isEmpty()) {
					conclude(source, due);
				}
				seal(source);
			}
		}
	}

	private void conclude(SourceAccount source, SequenceRuns due) {
		SequenceRuns lost = source.conclude(due, !this.promised, this.state.tally);
		lost.forEachRun((first, last) -> {
			logger.error("Lost: numbers {} to {} of source {} were accepted, and neither processed nor dead-lettered",
					first, last, source.text());
			return true;
		});
		due.removeAll(lost);
		due.forEachRun((first, last) -> {
			logger.warn("Unaudited: nothing is known of numbers {} to {} of source {}, and receipts may be missing",
					first, last, source.text());
			return true;
		});
	}

	/**
	 * To be called about ten times in a held interval: gives up on missing receipts, and
	 * finds out whether a marker is due.
	 */
	public synchronized void tick() {
		long now = now();
		long missing = this.state.senders.writeOff(now, 2 * this.heldInterval);
		if (missing > 0) {
			gap(missing + " receipts are missing");
		}
		if (now - this.prunedAt >= this.patience / 10) {
			this.prunedAt = now;
			this.state.sources.values().forEach((source) -> source.evidence.prune(source.pending));
		}
		this.ages.sample(this.state.sources.values(), now);
		long oldest = oldestPending(now);
		long pendingSince = (oldest > 0) ? this.epochMillis.getAsLong() - TimeUnit.NANOSECONDS.toMillis(oldest) : 0;
		this.state.pendingSince = Math.max(0, pendingSince);
		this.markerDue = oldest > this.patience && now - this.markerEvent >= this.patience;
	}

	private long oldestPending(long now) {
		return this.ages.oldest(this.state.sources.values(), now);
	}

	private long now() {
		return this.nanoTime.getAsLong() - this.origin;
	}

	// --- bounds

	private void seal(SourceAccount source) {
		if (source.canBeSealed()) {
			source.seal();
			this.ages.forget(source);
		}
	}

	/** The oldest of those that have ended goes; its pending numbers become unaudited. */
	private void boundSources() {
		if (this.state.sources.size() <= MOST_SOURCES) {
			return;
		}
		this.state.sources.values().stream().filter((source) -> source.ended).findFirst().ifPresent((oldest) -> {
			oldest.conclude(oldest.pending.copy(), true, this.state.tally);
			this.state.sources.remove(oldest.id);
			this.ages.forget(oldest);
			this.gone.add(oldest.id);
			logger.warn("Source {} is forgotten, the oldest of {}", oldest.text(), MOST_SOURCES);
		});
	}

	// --- reading

	/** The counts, in which both identities hold. */
	public synchronized Totals totals() {
		Tally tally = this.state.tally;
		long now = now();
		long oldest = oldestPending(now);
		long tail = 0;
		for (SourceAccount source : this.state.sources.values()) {
			tail += source.tailBound();
		}
		return new Totals(tally.attempted, tally.accepted, tally.rejected, tally.unknown, tally.inFlight,
				tally.recovered, tally.processed, tally.deadLettered, tally.pending, tally.lost, tally.unaudited,
				tally.duplicates, tally.unexpected, tally.foreign, tally.resumed, this.state.tailUnknown ? null : tail,
				Duration.ofNanos(Math.min(oldest, now - this.markerReturned)), Duration.ofNanos(oldest),
				this.state.senders.heardSince(now - HEARD), this.markersPublished, this.gaps,
				this.state.sources.size());
	}

	/**
	 * Totals, and the sources of which there is something to say.
	 * @param mostRuns how many runs it may name in all
	 */
	public synchronized LedgerReport report(int mostRuns) {
		return new ReportBuilder(mostRuns).build(totals(), this.state.sources.values());
	}

	/** What is known of one number; null where its source or the number is not known. */
	public synchronized @Nullable NumberState stateOf(long source, long number) {
		SourceAccount account = this.state.sources.get(source);
		SourceAccount.Outcome outcome = (account != null) ? account.outcomeOrNull(number) : null;
		if (account == null || outcome == null) {
			return null;
		}
		if (outcome == SourceAccount.Outcome.REJECTED || outcome == SourceAccount.Outcome.IN_FLIGHT) {
			return NumberState.valueOf(outcome.name());
		}
		SourceAccount.Rung rung = account.rung(number);
		if (rung != SourceAccount.Rung.NONE) {
			return NumberState.valueOf(rung.name());
		}
		if (account.lost.contains(number)) {
			return NumberState.LOST;
		}
		if (account.unaudited.contains(number)) {
			return NumberState.UNAUDITED;
		}
		return (outcome == SourceAccount.Outcome.ACCEPTED) ? NumberState.PENDING : NumberState.UNKNOWN;
	}

	/** The heap that the numbers take, in bytes, about. */
	synchronized long bytes() {
		return this.state.sources.values().stream().mapToLong(SourceAccount::bytes).sum();
	}

	// --- the file

	/**
	 * A record of what has changed since the last one, or null; reserves numbers that
	 * hold once it is {@link #written()}.
	 */
	synchronized byte @Nullable [] changes() {
		this.wanted = false;
		return this.changed ? record(false) : null;
	}

	/** A record that stands for all. */
	synchronized byte[] everything() {
		return record(true);
	}

	private byte[] record(boolean whole) {
		long now = now();
		for (LaneAccount lane : this.lanes.values()) {
			// Never less than before, up to which the lane may go on meanwhile.
			lane.numbers.reserved = this.ending ? lane.numbers.given
					: Math.max(lane.numbers.reserved, lane.numbers.given + this.reserves.of(lane, now));
			lane.numbers.changed = true;
		}
		this.changed = false;
		Map<LaneAccount, Long> reserved = new LinkedHashMap<>();
		this.lanes.values().forEach((lane) -> reserved.put(lane, lane.numbers.reserved));
		this.lastReserves = reserved;
		this.lastRecord = this.state.takeChanged(whole);
		this.goneInRecord = this.gone.size();
		return this.state.record(this.lastRecord, this.gone, whole);
	}

	/** The last record is on disk. */
	synchronized void written() {
		this.lastReserves.forEach(LaneAccount::reservedOnDisk);
		// Others may have gone while it was written.
		this.gone.subList(0, this.goneInRecord).clear();
		this.goneInRecord = 0;
		this.lastRecord = List.of();
	}

	/** The last record is not on disk; the next one must say the same. */
	synchronized void notWritten() {
		this.lastRecord.forEach((source) -> source.changed = true);
		this.changed = true;
	}

	/** Whether reservations are passed, since the file cannot be written. */
	void degraded(boolean degraded) {
		this.passing = degraded;
	}

	/** Whether a record is better written now than when it is its time. */
	boolean wantsCheckpoint() {
		return this.wanted;
	}

	/** No more numbers will be given: the next record leaves no tail. */
	synchronized void endCleanly() {
		this.ending = true;
		this.changed = true;
	}

	/** Begins anew where the last life ended. */
	private void resume(boolean gapMark) {
		Collection<SourceAccount> sources = List.copyOf(this.state.sources.values());
		for (SourceAccount source : sources) {
			if (!source.ended) {
				source.tailFrom = source.given;
				source.reserved = gapMark ? source.given + UNKNOWN_TAIL : source.reserved;
				source.end(this.state.tally, 0);
			}
			source.evidence.accepted(source.pending, 0);
			seal(source);
		}
		this.state.tailUnknown |= gapMark;
		if (gapMark || this.state.inGap) {
			this.state.inGap = false;
			gap(gapMark ? "the file could not be written before the last end" : "the last life ended in one");
		}
		long pendingFor = (this.state.pendingSince > 0) ? this.epochMillis.getAsLong() - this.state.pendingSince : 0;
		this.ages.resume(sources, TimeUnit.MILLISECONDS.toNanos(Math.max(0, pendingFor)));
	}

	/** Makes ledgers. */
	public static final class Builder {

		private final Duration patience;

		private final Duration heldInterval;

		private final boolean promised;

		private boolean withFile;

		private LongSupplier nanoTime = System::nanoTime;

		private LongSupplier epochMillis = System::currentTimeMillis;

		/**
		 * Settings that every ledger has.
		 * @param patience how long the silence must be, twice, that makes a number lost
		 * @param heldInterval how often consumers name what they hold
		 * @param promised whether messages are promised at all; else none is lost, only
		 * unaudited
		 */
		public Builder(Duration patience, Duration heldInterval, boolean promised) {
			this.patience = patience;
			this.heldInterval = heldInterval;
			this.promised = promised;
		}

		Builder clocks(LongSupplier nanos, LongSupplier millis) {
			this.nanoTime = nanos;
			this.epochMillis = millis;
			return this;
		}

		/** A ledger in memory. */
		public DeliveryLedger inMemory() {
			return new DeliveryLedger(this, new LedgerState(false));
		}

		/**
		 * The ledger of a file, which goes on where the file ends.
		 * @param records what is in the file, in order; none where it is new
		 * @param gapMark whether the file says that it could not be written in the end
		 * @throws RuntimeException where the records are none of ours
		 */
		DeliveryLedger of(List<byte[]> records, boolean gapMark) {
			this.withFile = true;
			LedgerState state = new LedgerState(!records.isEmpty());
			state.read(records, this.patience.toNanos());
			DeliveryLedger ledger = new DeliveryLedger(this, state);
			ledger.resume(gapMark);
			return ledger;
		}

	}

	/**
	 * What a receipt changed.
	 *
	 * @param fresh false where it had been seen before and was ignored whole
	 * @param accounted the clock readings of the numbers that it was the first to end
	 */
	public record Merged(boolean fresh, List<Reading> accounted) {
	}

	/** Where a number stands. */
	public enum NumberState {

		/** Published, and the broker has said nothing yet. */
		IN_FLIGHT,

		/** Not stored. */
		REJECTED,

		/** The broker did not say in time, and no receipt has come. */
		UNKNOWN,

		/** Accepted, and no receipt has come. */
		PENDING,

		/** In the queue of dead letters for people. */
		DEAD_LETTERED,

		/** The processor has returned. */
		PROCESSED,

		/** Accepted, and gone. */
		LOST,

		/** Accepted, and nothing more can be known. */
		UNAUDITED;

		private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

		/** The word in answers. */
		public String text() {
			return this.text;
		}

	}

	/**
	 * The counts of a ledger, of numbers. Always: attempted = accepted + rejected +
	 * unknown + inFlight, and accepted + recovered + resumed = processed + deadLettered +
	 * pending + lost + unaudited.
	 *
	 * @param attempted published
	 * @param accepted confirmed, routed
	 * @param rejected not stored
	 * @param unknown without a word in time
	 * @param inFlight without a word yet
	 * @param recovered unknown, later reported
	 * @param processed the processor has returned
	 * @param deadLettered in the queue of dead letters, and not processed after all
	 * @param pending accepted, and nothing more is known yet
	 * @param lost accepted, and gone
	 * @param unaudited accepted, and nothing more can be known
	 * @param duplicates reported as processed once more
	 * @param unexpected reported though rejected or never given
	 * @param foreign reported for sources that are not known
	 * @param resumed beyond the last checkpoint before a kill, later reported
	 * @param tailBound at most so many more were published before a kill; null where that
	 * is not known
	 * @param auditAge since when no marker has vouched for what is pending; zero where
	 * nothing is
	 * @param oldestPending since when the oldest pending number is out
	 * @param consumers consumers that were heard of in the last 10 minutes
	 * @param markersPublished markers that were published since the start
	 * @param gaps receipt gaps since the start
	 * @param sources sources that are known
	 */
	public record Totals(long attempted, long accepted, long rejected, long unknown, long inFlight, long recovered,
			long processed, long deadLettered, long pending, long lost, long unaudited, long duplicates,
			long unexpected, long foreign, long resumed, @Nullable Long tailBound, Duration auditAge,
			Duration oldestPending, int consumers, long markersPublished, long gaps, int sources) {

		/**
		 * Processed / (processed + dead-lettered + lost); not a number before there is
		 * any.
		 */
		public double reliability() {
			return (double) this.processed / (this.processed + this.deadLettered + this.lost);
		}

	}

	/**
	 * A ledger for people and programs.
	 *
	 * @param totals the counts
	 * @param sources the sources of which there is something to say, newest first
	 * @param runsCut how many runs were left out
	 */
	public record LedgerReport(Totals totals, List<SourceReport> sources, long runsCut) {
	}

	/**
	 * What there is to say of one source; each list holds pairs of first and last.
	 *
	 * @param source 16 hex digits
	 * @param published the highest number that was given
	 */
	public record SourceReport(String source, long published, List<long[]> pending, List<long[]> lost,
			List<long[]> unknown, List<long[]> deadLettered, List<long[]> unaudited) {
	}

}
