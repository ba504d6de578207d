package dev.waybill.producer.ledger;

/**
 * The counts of a ledger; each number is in one of them on either side of each identity.
 * <p>
 * Always: attempted = accepted + rejected + unknown + inFlight, and accepted + recovered
 * + resumed = processed + deadLettered + pending + lost + unaudited.
 */
final class Tally {

	long attempted;

	long accepted;

	long rejected;

	long unknown;

	long inFlight;

	/** Unknown to the client, and later reported by a consumer. */
	long recovered;

	/** Beyond the last checkpoint before a kill, and later reported by a consumer. */
	long resumed;

	long processed;

	long deadLettered;

	long pending;

	long lost;

	long unaudited;

	long duplicates;

	long unexpected;

	long foreign;

	/** The same in an order that files depend on. */
	long[] toArray() {
		return new long[] { this.attempted, this.accepted, this.rejected, this.unknown, this.inFlight, this.recovered,
				this.resumed, this.processed, this.deadLettered, this.pending, this.lost, this.unaudited,
				this.duplicates, this.unexpected, this.foreign };
	}

	static Tally of(long[] counts) {
		Tally tally = new Tally();
		tally.attempted = counts[0];
		tally.accepted = counts[1];
		tally.rejected = counts[2];
		tally.unknown = counts[3];
		tally.inFlight = counts[4];
		tally.recovered = counts[5];
		tally.resumed = counts[6];
		tally.processed = counts[7];
		tally.deadLettered = counts[8];
		tally.pending = counts[9];
		tally.lost = counts[10];
		tally.unaudited = counts[11];
		tally.duplicates = counts[12];
		tally.unexpected = counts[13];
		tally.foreign = counts[14];
		return tally;
	}

	/** Counts a number where it stands now; with -1 takes it out again. */
	void count(SourceAccount account, long number, int by) {
		SourceAccount.Outcome outcome = account.outcome(number);
		SourceAccount.Rung rung = account.rung(number);
		boolean reported = rung != SourceAccount.Rung.NONE;
		switch (outcome) {
			case TAIL -> {
				if (reported) {
					this.resumed += by;
					count(rung, by);
				}
			}
			case IN_FLIGHT -> {
				this.attempted += by;
				this.inFlight += by;
			}
			case REJECTED -> {
				this.attempted += by;
				this.rejected += by;
			}
			case UNKNOWN -> {
				this.attempted += by;
				this.unknown += by;
				if (reported) {
					this.recovered += by;
					count(rung, by);
				}
			}
			case ACCEPTED -> {
				this.attempted += by;
				this.accepted += by;
				if (reported) {
					count(rung, by);
				}
				else {
					countUnreported(account, number, by);
				}
			}
			default -> {
			}
		}
	}

	private void count(SourceAccount.Rung rung, int by) {
		if (rung == SourceAccount.Rung.PROCESSED) {
			this.processed += by;
		}
		else {
			this.deadLettered += by;
		}
	}

	private void countUnreported(SourceAccount account, long number, int by) {
		if (account.lost.contains(number)) {
			this.lost += by;
		}
		else if (account.unaudited.contains(number)) {
			this.unaudited += by;
		}
		else {
			this.pending += by;
		}
	}

	/** For what anybody may make as large as they like. */
	static long add(long count, long more) {
		long sum = count + more;
		return (sum < 0) ? Long.MAX_VALUE : sum;
	}

}
