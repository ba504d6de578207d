package dev.waybill.consumer;

import java.util.concurrent.atomic.AtomicBoolean;

import dev.waybill.contract.Receipt;

/** A receipt on its way to one producer, and what is to be done once it has arrived. */
final class Letter {

	private final AtomicBoolean done = new AtomicBoolean();

	private final long order;

	private final String owner;

	private final Receipt receipt;

	private final boolean excusable;

	private final Runnable then;

	private volatile boolean returned;

	/**
	 * Makes a letter.
	 * @param order its place among all letters of this consumer
	 * @param owner the producer instance that it goes to
	 * @param receipt what it says
	 * @param excusable whether an alarm excuses from waiting for it
	 * @param then what waits for it
	 */
	Letter(long order, String owner, Receipt receipt, boolean excusable, Runnable then) {
		this.order = order;
		this.owner = owner;
		this.receipt = receipt;
		this.excusable = excusable;
		this.then = then;
	}

	long order() {
		return this.order;
	}

	String owner() {
		return this.owner;
	}

	byte[] body() {
		return this.receipt.encode();
	}

	boolean isExcusable() {
		return this.excusable;
	}

	/** It is sent, perhaps again, and the broker has not said anything of that. */
	void sent() {
		this.returned = false;
	}

	/** Its producer's queue is not there. */
	void returned() {
		this.returned = true;
	}

	boolean isReturned() {
		return this.returned;
	}

	/** Does what waits for it; once, whether it was confirmed or excused. */
	void proceed() {
		if (this.done.compareAndSet(false, true)) {
			this.then.run();
		}
	}

	@Override
	public String toString() {
		return "receipt " + this.receipt.number() + " for " + this.owner;
	}

}
