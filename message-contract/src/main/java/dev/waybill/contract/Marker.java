package dev.waybill.contract;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Tells a marker, which proves by its coming back what was handed out before it, from a
 * message.
 */
public final class Marker {

	/** Header of the number: a random signed 64-bit integer, never used again. */
	public static final String HEADER = "waybill-marker";

	private Marker() {
	}

	/**
	 * Reads the number of a marker.
	 * @param appId the message's {@code app_id}, the producer that wants the answer
	 * @param headers its headers
	 * @param body its body
	 * @return the number, or null where the message is no marker
	 */
	public static @Nullable Long numberOf(@Nullable String appId, @Nullable Map<String, Object> headers, byte[] body) {
		if (body.length > 0 || headers == null || headers.containsKey(Waybill.SOURCE)) {
			return null;
		}
		boolean owned = appId != null && Waybill.isInstance(appId);
		return (owned && headers.get(HEADER) instanceof Long number) ? number : null;
	}

}
