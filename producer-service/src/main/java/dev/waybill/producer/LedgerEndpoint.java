package dev.waybill.producer;

import java.time.Instant;
import java.util.List;

import dev.waybill.producer.ledger.DeliveryLedger;
import dev.waybill.producer.ledger.DeliveryLedger.LedgerReport;
import dev.waybill.producer.ledger.DeliveryLedger.SourceReport;
import dev.waybill.producer.ledger.DeliveryLedger.Totals;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** Shows the ledger at {@code /actuator/ledger}. */
@Endpoint(id = "ledger")
class LedgerEndpoint {

	/** Whoever needs more has the log, which names each lost one. */
	private static final int MOST_RUNS = 1000;

	private final DeliveryLedger ledger;

	private final String instance;

	private final Instant since;

	private final String promise;

	LedgerEndpoint(DeliveryLedger ledger, String instance, Instant since, String promise) {
		this.ledger = ledger;
		this.instance = instance;
		this.since = since;
		this.promise = promise;
	}

	@ReadOperation
	Shown ledger() {
		LedgerReport report = this.ledger.report(MOST_RUNS);
		return new Shown(this.instance, this.since.toString(), this.promise,
				report.totals().auditAge().toMillis() / 1e3, Counts.of(report.totals()), report.sources(),
				report.runsCut());
	}

	/**
	 * What is shown.
	 *
	 * @param instance the producer
	 * @param since when this ledger began
	 * @param promise what is promised, in one word
	 * @param auditAge seconds since a marker vouched for what is pending; 0 where nothing
	 * is
	 * @param totals the counts
	 * @param sources those of which there is something to say, newest first; runs are
	 * pairs of first and last
	 * @param cut how many runs are left out
	 */
	record Shown(String instance, String since, String promise, double auditAge, Counts totals,
			List<SourceReport> sources, long cut) {
	}

	/** The counts of {@link Totals}. */
	record Counts(long attempted, long accepted, long rejected, long unknown, long inFlight, long recovered,
			long processed, long deadLettered, long pending, long lost, long unaudited, long duplicates,
			long unexpected, long foreign, long resumed, @Nullable Long tailBound) {

		static Counts of(Totals totals) {
			return new Counts(totals.attempted(), totals.accepted(), totals.rejected(), totals.unknown(),
					totals.inFlight(), totals.recovered(), totals.processed(), totals.deadLettered(), totals.pending(),
					totals.lost(), totals.unaudited(), totals.duplicates(), totals.unexpected(), totals.foreign(),
					totals.resumed(), totals.tailBound());
		}

	}

}
