package dev.waybill.producer.ledger;

/** One lane's numbers, and the words of the broker about them. */
public final class LaneAccount {

	private final DeliveryLedger ledger;

	final SourceAccount numbers;

	/** What the file says may be given. */
	private volatile long reservedOnDisk;

	/** The lane's thread's own copy of the highest number given. */
	private long given;

	LaneAccount(DeliveryLedger ledger, SourceAccount numbers, long reservedOnDisk) {
		this.ledger = ledger;
		this.numbers = numbers;
		this.reservedOnDisk = reservedOnDisk;
	}

	/** The source of these numbers. */
	public long source() {
		return this.numbers.id;
	}

	/**
	 * Whether the next number may be given: it is reserved on disk, or there is no file,
	 * or none that can be written. Only for the lane's thread; takes no lock.
	 */
	public boolean mayPublish() {
		return this.given < this.reservedOnDisk || this.ledger.passesReservations();
	}

	/**
	 * Gives the next number, 1, 2, 3 …, in flight from now on and to be published right
	 * after. Only for the lane's thread.
	 */
	public long next() {
		this.given = this.ledger.next(this);
		return this.given;
	}

	/** The broker confirmed it, routed; also late, after unknown. */
	public void accepted(long number) {
		this.ledger.settle(this, number, SourceAccount.Outcome.ACCEPTED);
	}

	/** Nacked, returned, or never published after all; also late. */
	public void rejected(long number) {
		this.ledger.settle(this, number, SourceAccount.Outcome.REJECTED);
	}

	/** Its deadline has passed without a word. */
	public void unknown(long number) {
		this.ledger.settle(this, number, SourceAccount.Outcome.UNKNOWN);
	}

	/**
	 * The lane has ended: what is in flight becomes unknown, and no more numbers are
	 * given.
	 */
	public void end() {
		this.ledger.end(this);
	}

	void reservedOnDisk(long upTo) {
		this.reservedOnDisk = upTo;
	}

	/** How many more numbers the file allows. */
	long left() {
		return this.reservedOnDisk - this.numbers.given;
	}

}
