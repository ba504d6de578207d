package dev.waybill.producer.ledger;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

import dev.waybill.contract.Receipt;
import org.jspecify.annotations.Nullable;

/** Accounts for every number published. */
public final class DeliveryLedger {

	public LaneAccount open(long source) {
		throw new UnsupportedOperationException();
	}

	public Merged merge(Receipt receipt) {
		throw new UnsupportedOperationException();
	}

	/** A receipt gap begins: publishing is blocked, or the receipts queue is missing. */
	public void gapBegins(String why) {
		throw new UnsupportedOperationException();
	}

	/** The gap is over; it covers everything published until now. */
	public void gapEnds() {
		throw new UnsupportedOperationException();
	}

	/** A receipt gap that is over at once: an undecodable receipt. */
	public void gap(String why) {
		throw new UnsupportedOperationException();
	}

	/** A marker to publish right now, when one is due. Takes no lock when none is. */
	public OptionalLong takeMarker() {
		throw new UnsupportedOperationException();
	}

	/** To be called ten times per held interval: writes off holes, turns buckets, finds whether a marker is due. */
	public void tick() {
		throw new UnsupportedOperationException();
	}

	public Totals totals() {
		throw new UnsupportedOperationException();
	}

	/** Totals and, per live source, its runs, at most so many runs in all. */
	public LedgerReport report(int mostRuns) {
		throw new UnsupportedOperationException();
	}

	/** What is known of one number; null where its source is not known. */
	public @Nullable NumberState stateOf(long source, long number) {
		throw new UnsupportedOperationException();
	}

	/**
	 * What a receipt changed.
	 *
	 * @param fresh false where it had been seen before and was ignored whole
	 * @param accounted the clock readings of the numbers that it was the first to end
	 */
	public record Merged(boolean fresh, List<Receipt.Reading> accounted) {
	}

	/** Where a number stands; on the wire lower case with dashes. */
	public enum NumberState {

		IN_FLIGHT, REJECTED, UNKNOWN, PENDING, DEAD_LETTERED, PROCESSED, LOST, UNAUDITED

	}

	/** The counts; both identities hold in each. */
	public record Totals(long attempted, long accepted, long rejected, long unknown, long inFlight, long recovered,
			long processed, long deadLettered, long pending, long lost, long unaudited, long duplicates,
			long unexpected, long foreign, long resumed, @Nullable Long tailBound, Duration auditAge,
			Duration oldestPending, int consumers, long markersPublished, int sources) {
	}

	/** For people and programs. */
	public record LedgerReport(Totals totals, List<SourceReport> sources, long runsCut) {
	}

	/** One live source; each list holds [first, last] pairs. */
	public record SourceReport(String source, long published, List<long[]> pending, List<long[]> lost,
			List<long[]> unknown, List<long[]> deadLettered, List<long[]> unaudited) {
	}

}
