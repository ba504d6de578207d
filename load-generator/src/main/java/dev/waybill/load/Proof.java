package dev.waybill.load;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides whether all that was accepted is accounted for.
 *
 * @param heading whose word it is
 * @param processed messages that were processed
 * @param deadLettered messages that were dead-lettered
 * @param duplicated how often one was processed or recognised once more
 * @param lost accepted messages that are neither
 * @param failures what is wrong, in sentences; none where nothing is
 * @param notes what else is to be said, in sentences
 */
record Proof(String heading, long processed, long deadLettered, long duplicated, long lost, List<String> failures,
		List<String> notes) {

	/** From the outside's list and the ledgers. */
	static Proof byLedger(OutcomeList outcomes, Ledgers.Difference ledger) {
		List<String> failures = new ArrayList<>(ledger.problems());
		LedgerTotals totals = ledger.totals();
		if (failures.isEmpty()) {
			missingByLedger(ledger, failures);
			acceptedAgrees(outcomes, totals, failures);
		}
		return new Proof("By the ledger's word", totals.processed(), totals.deadLettered(), totals.duplicates(),
				totals.lost(), failures, List.of());
	}

	/**
	 * From the outside's list and the journals alone; the ledgers must agree. A journal
	 * cannot show a dead letter: so many of the missing ones as the ledgers call
	 * dead-lettered are taken for those, which a note says.
	 */
	static Proof byJournals(OutcomeList outcomes, Journals journals, Ledgers.Difference ledger) {
		List<String> failures = new ArrayList<>();
		List<String> notes = new ArrayList<>();
		LedgerTotals totals = ledger.totals();
		long dead = Math.max(0, Math.min(journals.missing(), totals.deadLettered()));
		long lost = journals.missing() - dead;
		String named = String.join(", ", journals.firstMissing())
				+ ((journals.missing() > journals.firstMissing().size()) ? ", ..." : "");
		if (lost > 0) {
			failures.add("%d accepted are in no journal, and the ledger calls %d dead-lettered, so %d are missing: %s"
				.formatted(journals.missing(), totals.deadLettered(), lost, named));
		}
		else if (dead > 0) {
			notes.add("%d accepted are in no journal, and are taken for dead letters by the ledger's word: %s"
				.formatted(dead, named));
		}
		if (journals.againstTheWord() > 0) {
			failures.add("%d are in a journal although they were rejected or never sent: %s"
				.formatted(journals.againstTheWord(), String.join(", ", journals.firstAgainstTheWord())));
		}
		if (ledger.problems().isEmpty()) {
			missingByLedger(ledger, failures);
			acceptedAgrees(outcomes, totals, failures);
			processedAgrees(journals, totals, failures);
		}
		failures.addAll(ledger.problems());
		return new Proof("By the outside's list and the journals", journals.processed(), totals.deadLettered(),
				journals.duplicated(), lost, failures, notes);
	}

	private static void missingByLedger(Ledgers.Difference ledger, List<String> failures) {
		LedgerTotals totals = ledger.totals();
		if (totals.lost() != 0) {
			failures.add("The ledger calls %d lost: %s".formatted(totals.lost(), String.join(", ", ledger.lost())));
		}
		if (!totals.isSettled()) {
			failures.add("The ledger shows %d pending and %d in flight at the end of --settle"
				.formatted(totals.pending(), totals.inFlight()));
		}
		if (totals.unaudited() != 0) {
			failures
				.add("The ledger calls %d unaudited: it may have missed their receipts".formatted(totals.unaudited()));
		}
		if (totals.unexpected() != 0) {
			failures.add("The ledger calls %d unexpected: processed though rejected, or never published"
				.formatted(totals.unexpected()));
		}
	}

	/**
	 * An unknown message may have been stored; and one that was published again has two
	 * numbers, of which the first is unknown and may be recovered.
	 */
	private static void acceptedAgrees(OutcomeList outcomes, LedgerTotals totals, List<String> failures) {
		long accepted = outcomes.count(Outcome.ACCEPTED);
		long most = accepted + outcomes.count(Outcome.UNKNOWN) + totals.recovered() + totals.resumed();
		between("stored", totals.entered(), accepted, most, "what was answered", failures);
	}

	/**
	 * What a processor has written down and then failed is tried again, and may become a
	 * dead letter.
	 */
	private static void processedAgrees(Journals journals, LedgerTotals totals, List<String> failures) {
		between("processed", totals.processed(), journals.processed() - totals.deadLettered(),
				journals.processed() + totals.recovered() + totals.resumed(), "the journals", failures);
	}

	private static void between(String what, long number, long least, long most, String source, List<String> failures) {
		if (number < least || number > most) {
			String allowed = (least == most) ? "it is " + least : "it is from %d to %d".formatted(least, most);
			failures
				.add("The ledger disagrees: it counts %d %s, and by %s %s (does anybody else send to these producers?)"
					.formatted(number, what, source, allowed));
		}
	}

}
