package dev.waybill.producer;

import org.jspecify.annotations.Nullable;

/** A request breaks a rule before anything of it was published. */
class RefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Reason reason;

	private final @Nullable String messageId;

	/**
	 * Refuses a request.
	 * @param reason why, in a word
	 * @param detail what is wrong and what is allowed, for the client
	 * @param messageId its message id where it is known already
	 */
	RefusedException(Reason reason, String detail, @Nullable String messageId) {
		super(detail, null, false, false);
		this.reason = reason;
		this.messageId = messageId;
	}

	Reason reason() {
		return this.reason;
	}

	@Nullable String messageId() {
		return this.messageId;
	}

	String detail() {
		return String.valueOf(getMessage());
	}

}
