package dev.waybill.load;

import org.jspecify.annotations.Nullable;

/** What a client knows of a message that it has sent. */
enum Outcome {

	/** Stored, by the producer's word. */
	ACCEPTED("accepted"),

	/** Not stored, by the producer's word. */
	REJECTED("rejected"),

	/** It may be stored: the producer said so, or there was no answer that is ours. */
	UNKNOWN("unknown");

	private static final Outcome[] ALL = values();

	private final String text;

	Outcome(String text) {
		this.text = text;
	}

	String text() {
		return this.text;
	}

	static @Nullable Outcome of(String text) {
		for (Outcome outcome : ALL) {
			if (outcome.text.equals(text)) {
				return outcome;
			}
		}
		return null;
	}

}
