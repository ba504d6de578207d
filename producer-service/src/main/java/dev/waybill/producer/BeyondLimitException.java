package dev.waybill.producer;

import java.io.IOException;

/** A body goes on beyond one of its limits, so no more of it is read. */
final class BeyondLimitException extends IOException {

	private static final long serialVersionUID = 1L;

	private final Reason reason;

	BeyondLimitException(Reason reason, String message) {
		super(message);
		this.reason = reason;
	}

	Reason reason() {
		return this.reason;
	}

}
