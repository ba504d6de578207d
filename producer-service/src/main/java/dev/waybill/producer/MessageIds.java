package dev.waybill.producer;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;

/** Makes the ids of messages, and of problems, for which the client gave no key. */
final class MessageIds {

	/** Version 7: sorted by time, so that people find what came together. */
	private static final NoArgGenerator UUIDS = Generators.timeBasedEpochRandomGenerator();

	private MessageIds() {
	}

	static String next() {
		return UUIDS.generate().toString();
	}

}
