package dev.waybill.producer;

import org.jspecify.annotations.Nullable;

/** A request breaks a rule before anything of it was published. */
class RefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Reason reason;

	private final Outcome outcome;

	private final @Nullable String messageId;

	/**
	 * Refuses a request.
	 * @param reason why, in a word
	 * @param detail what is wrong and what is allowed, for the client
	 * @param messageId its message id where it is known already
	 */
	RefusedException(Reason reason, String detail, @Nullable String messageId) {
		this(Settlement.of(reason), reason, detail, messageId);
	}

	private RefusedException(Settlement settlement, Reason reason, String detail, @Nullable String messageId) {
		super(detail, null, false, false);
		this.reason = reason;
		this.outcome = settlement.outcome();
		this.messageId = messageId;
	}

	/** The same for a key of which an earlier attempt may be stored. */
	RefusedException withUnknownCopy() {
		return new RefusedException(settlement().withUnknownCopy(), this.reason, detail(), this.messageId);
	}

	Reason reason() {
		return this.reason;
	}

	Settlement settlement() {
		return new Settlement(this.outcome, this.reason);
	}

	@Nullable String messageId() {
		return this.messageId;
	}

	String detail() {
		return String.valueOf(getMessage());
	}

}
