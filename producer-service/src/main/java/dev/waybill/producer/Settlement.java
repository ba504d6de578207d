package dev.waybill.producer;

import org.jspecify.annotations.Nullable;

/**
 * How an attempt to publish ended.
 *
 * @param outcome what is known of the message
 * @param reason why it was not accepted; null when it was
 */
record Settlement(Outcome outcome, @Nullable Reason reason) {

	static final Settlement ACCEPTED = new Settlement(Outcome.ACCEPTED, null);

	static Settlement of(Reason reason) {
		return new Settlement(reason.outcome(), reason);
	}

	/**
	 * The same, where another copy of the message may be stored: then nothing is
	 * rejected.
	 */
	Settlement withUnknownCopy() {
		return (this.outcome == Outcome.REJECTED) ? new Settlement(Outcome.UNKNOWN, this.reason) : this;
	}

}
