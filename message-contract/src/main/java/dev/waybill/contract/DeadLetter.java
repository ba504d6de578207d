package dev.waybill.contract;

/**
 * The headers that the consumer gives a dead letter on its way to the queue for people;
 * whoever publishes it again leaves them out.
 */
public final class DeadLetter {

	/** Why it is dead: a text of at most 2 KB. */
	public static final String REASON = "waybill-dead-reason";

	/** The attempts that were made at it, an integer; absent where nobody knows. */
	public static final String ATTEMPTS = "waybill-dead-attempts";

	/**
	 * When it was found dead, in microseconds since the epoch by the consumer's clock.
	 */
	public static final String AT = "waybill-dead-at";

	private DeadLetter() {
	}

}
