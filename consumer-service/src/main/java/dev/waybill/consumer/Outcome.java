package dev.waybill.consumer;

import java.util.Locale;

/** How an attempt at a message ends; the same word in logs and metrics. */
enum Outcome {

	/** {@code process} returned. */
	PROCESSED,

	/** It threw. */
	FAILED,

	/** It threw after it was interrupted for taking too long. */
	TIMED_OUT,

	/** It said that no further attempt can help. */
	UNPROCESSABLE,

	/** It threw after it was interrupted because the service stops; says nothing. */
	CUT_SHORT;

	String tag() {
		return name().toLowerCase(Locale.ROOT);
	}

}
