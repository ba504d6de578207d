package dev.waybill.load;

/**
 * The totals of a producer's ledger, or a difference of two. They count publishes, of
 * which a message may have more than one.
 *
 * @param accepted confirmed by the broker
 * @param inFlight not settled yet
 * @param recovered unknown at first, later reported by a consumer
 * @param resumed beyond the last checkpoint before a kill, later reported by a consumer
 * @param processed reported as processed
 * @param deadLettered reported as dead-lettered, and not processed
 * @param pending accepted, and nothing reported yet
 * @param lost neither processed nor dead-lettered, by evidence
 * @param unaudited the same where it cannot be known
 * @param duplicates processed or recognised once more
 * @param unexpected reported though rejected or never given
 */
record LedgerTotals(long accepted, long inFlight, long recovered, long resumed, long processed, long deadLettered,
		long pending, long lost, long unaudited, long duplicates, long unexpected) {

	static final LedgerTotals NONE = new LedgerTotals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

	LedgerTotals plus(LedgerTotals other) {
		return with(other, 1);
	}

	LedgerTotals minus(LedgerTotals other) {
		return with(other, -1);
	}

	private LedgerTotals with(LedgerTotals other, int sign) {
		return new LedgerTotals(this.accepted + sign * other.accepted, this.inFlight + sign * other.inFlight,
				this.recovered + sign * other.recovered, this.resumed + sign * other.resumed,
				this.processed + sign * other.processed, this.deadLettered + sign * other.deadLettered,
				this.pending + sign * other.pending, this.lost + sign * other.lost,
				this.unaudited + sign * other.unaudited, this.duplicates + sign * other.duplicates,
				this.unexpected + sign * other.unexpected);
	}

	/** All that is stored, however it became known. */
	long entered() {
		return this.accepted + this.recovered + this.resumed;
	}

	boolean isSettled() {
		return this.pending == 0 && this.inFlight == 0;
	}

}
