package dev.waybill.producer.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

import dev.waybill.contract.SequenceRuns;
import dev.waybill.producer.ledger.DeliveryLedger.LedgerReport;
import dev.waybill.producer.ledger.DeliveryLedger.SourceReport;
import dev.waybill.producer.ledger.DeliveryLedger.Totals;

/** Decides what of a ledger is shown, where not all can be. */
final class ReportBuilder {

	private long left;

	private long cut;

	ReportBuilder(int mostRuns) {
		this.left = mostRuns;
	}

	/** Lanes that live are shown always, of the others those with something to say. */
	LedgerReport build(Totals totals, Collection<SourceAccount> sources) {
		List<SourceAccount> newestFirst = new ArrayList<>(sources);
		Collections.reverse(newestFirst);
		List<SourceReport> reports = new ArrayList<>();
		for (SourceAccount source : newestFirst) {
			if (!source.ended || saysSomething(source)) {
				// What is worst is cut last.
				List<long[]> lost = runs(source.lost);
				List<long[]> unaudited = runs(source.unaudited);
				List<long[]> deadLettered = runs(source.deadLettered);
				List<long[]> unknown = runs(unreported(source));
				List<long[]> pending = runs(source.pending);
				if (!source.ended || !(lost.isEmpty() && unaudited.isEmpty() && deadLettered.isEmpty()
						&& unknown.isEmpty() && pending.isEmpty())) {
					reports.add(new SourceReport(source.text(), source.given, pending, lost, unknown, deadLettered,
							unaudited));
				}
			}
		}
		return new LedgerReport(totals, reports, this.cut);
	}

	private static boolean saysSomething(SourceAccount source) {
		return !(source.pending.isEmpty() && source.lost.isEmpty() && source.unknown.isEmpty()
				&& source.deadLettered.isEmpty() && source.unaudited.isEmpty());
	}

	private static SequenceRuns unreported(SourceAccount source) {
		SequenceRuns unknown = source.unknown.copy();
		unknown.removeAll(source.processed);
		unknown.removeAll(source.deadLettered);
		return unknown;
	}

	private List<long[]> runs(SequenceRuns numbers) {
		List<long[]> runs = new ArrayList<>();
		numbers.forEachRun((first, last) -> {
			if (this.left > 0) {
				this.left--;
				runs.add(new long[] { first, last });
			}
			else {
				this.cut++;
			}
			return true;
		});
		return runs;
	}

}
