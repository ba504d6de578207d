package dev.waybill.producer.ledger;

/**
 * Writes the ledger to its file, off the hot path, and says when what was merged is on
 * disk.
 */
public final class Checkpoints implements AutoCloseable {

	/**
	 * Runs it when all that the ledger has merged by now is on disk; at once where there
	 * is no file or it cannot be written. In order.
	 */
	public void whenOnDisk(Runnable then) {
		throw new UnsupportedOperationException();
	}

	/** Whether the file has not been writable for 5 s. */
	public boolean isDegraded() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
		throw new UnsupportedOperationException();
	}

}
