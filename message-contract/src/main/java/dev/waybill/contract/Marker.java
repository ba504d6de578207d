package dev.waybill.contract;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/** A message that proves, when it comes back, what has been handed out before it. */
public final class Marker {

	/** Header of the number: a random signed 64-bit integer, never used again. */
	public static final String HEADER = "waybill-marker";

	private Marker() {
	}

	/** The number of a marker, or null where the message is none. */
	public static @Nullable Long numberOf(@Nullable String appId, @Nullable Map<String, Object> headers, byte[] body) {
		throw new UnsupportedOperationException();
	}

}
