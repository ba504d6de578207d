package dev.waybill.producer;

import java.util.Locale;

/** What is known of a message when its request is answered; there is no fourth. */
enum Outcome {

	/** The broker has confirmed it, routed, into a durable queue. */
	ACCEPTED,

	/** It is not stored; safe to send again. */
	REJECTED,

	/** It may be stored; send it again with the same Idempotency-Key. */
	UNKNOWN;

	private final String text = name().toLowerCase(Locale.ROOT);

	/** The metric tag, and the word in answers. */
	String text() {
		return this.text;
	}

}
