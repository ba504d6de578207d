package dev.waybill.consumer;

/**
 * What is done with a message: the one thing that a user of this service replaces, by a
 * bean of this type.
 * <p>
 * <b>It must be idempotent.</b> A consumer drops the duplicates of what it has itself
 * processed of late; after a crash, a lost connection or on another instance the same
 * message can come again. {@link ReceivedMessage#messageId()} is the key to recognise it
 * by, for instance as a unique key in the database where the effect is written.
 * <p>
 * It is called by {@code waybill.concurrency} threads (1 unless set), for one message
 * each.
 */
@FunctionalInterface
public interface MessageProcessor {

	/**
	 * Processes one message. To return means that it is done: the message is then
	 * acknowledged and does not come again.
	 * <p>
	 * After {@code waybill.process-timeout} the thread is interrupted, and at the latest
	 * when the service has waited {@code waybill.drain-timeout} to stop; then throw,
	 * unless the work is done. Who does not come back within
	 * {@code waybill.interrupt-grace} of an interrupt makes the whole service give up:
	 * the program ends with exit status 70, unless {@code waybill.exit-when-stuck} is
	 * false.
	 * @param message the message
	 * @throws UnprocessableMessageException when no further attempt can help: it becomes
	 * a dead letter at once
	 * @throws Exception when it did not work; the message comes again after a delay, and
	 * becomes a dead letter when {@code waybill.max-attempts} have failed. Where a
	 * processor counts as broken, the first failure of a message is followed at once by
	 * one more attempt, which is not counted
	 */
	void process(ReceivedMessage message) throws Exception;

}
