package dev.waybill.producer.ledger;

/** One lane's numbers in the ledger. */
public final class LaneAccount {

	LaneAccount() {
	}

	/** Whether the next number may be given: it is reserved on disk, or there is no file. Takes no lock. */
	public boolean mayPublish() {
		throw new UnsupportedOperationException();
	}

	/** Gives the next number, 1, 2, 3 …, which is in flight from now on; to be published right after. */
	public long next() {
		throw new UnsupportedOperationException();
	}

	/** The broker confirmed it, routed; also late, after unknown. */
	public void accepted(long number) {
		throw new UnsupportedOperationException();
	}

	/** Nacked, returned, or never published; also late. */
	public void rejected(long number) {
		throw new UnsupportedOperationException();
	}

	/** Its deadline passed without a word. */
	public void unknown(long number) {
		throw new UnsupportedOperationException();
	}

	/** The lane has ended: what is in flight becomes unknown, and no more numbers are given. */
	public void end() {
		throw new UnsupportedOperationException();
	}

}
