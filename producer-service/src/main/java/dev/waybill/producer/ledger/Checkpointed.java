package dev.waybill.producer.ledger;

import org.jspecify.annotations.Nullable;

/** What is kept in a file by checkpoints: the ledger. */
abstract class Checkpointed {

	/** A record of what has changed since the last one, or null where nothing has. */
	abstract byte @Nullable [] changes();

	/** A record that stands for all. */
	abstract byte[] everything();

	/** The last record is on disk. */
	abstract void written();

	/** The last record is not on disk; the next one must say the same. */
	abstract void notWritten();

	/** Whether the file cannot be written, so that reservations are passed. */
	abstract void degraded(boolean degraded);

	/** Whether a record is better written now than when it is its time. */
	abstract boolean wantsCheckpoint();

	/** No more numbers will be given: the next record leaves no tail. */
	abstract void endCleanly();

}
