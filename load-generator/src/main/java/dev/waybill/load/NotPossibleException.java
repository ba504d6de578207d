package dev.waybill.load;

/**
 * What was asked for cannot be had; the message is one sentence that says what can.
 */
final class NotPossibleException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final int exitStatus;

	private NotPossibleException(String sentence, int exitStatus) {
		super(sentence);
		this.exitStatus = exitStatus;
	}

	static NotPossibleException badOption(String sentence) {
		return new NotPossibleException(sentence, 2);
	}

	static NotPossibleException unreachable(String sentence) {
		return new NotPossibleException(sentence, 3);
	}

	int exitStatus() {
		return this.exitStatus;
	}

}
