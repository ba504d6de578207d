package dev.waybill.contract;

/**
 * The broker was reached, and cannot be worked with until somebody changes something; the
 * message is one sentence that says what.
 */
public class BrokerRefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public BrokerRefusedException(String sentence, Throwable cause) {
		super(sentence, cause);
	}

	public BrokerRefusedException(String sentence) {
		super(sentence);
	}

}
