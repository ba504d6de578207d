package dev.waybill.consumer;

/**
 * Thrown by a {@link MessageProcessor} for a message that no further attempt can help; it
 * becomes a dead letter at once, with this exception's message as its reason.
 */
public class UnprocessableMessageException extends Exception {

	private static final long serialVersionUID = 1L;

	public UnprocessableMessageException(String message) {
		super(message);
	}

	public UnprocessableMessageException(String message, Throwable cause) {
		super(message, cause);
	}

}
