package dev.waybill.local;

/**
 * What was asked for cannot be had; the message is one sentence that says what can.
 */
class NotPossibleException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	NotPossibleException(String sentence) {
		super(sentence);
	}

}
