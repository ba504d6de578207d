package dev.waybill.contract;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A message by which a producer finds out how far its queue has been handed out: an empty
 * body, the producer's {@code app_id}, a number, and no waybill.
 * <p>
 * The consumer rejects it without requeue, so that it takes the broker's own road behind
 * every earlier dead letter; the reader there answers it in a receipt.
 */
public final class Marker {

	/** Header of the number: a random signed 64-bit integer, never used again. */
	public static final String HEADER = "waybill-marker";

	private Marker() {
	}

	/**
	 * The number of a marker.
	 * @param appId the message's {@code app_id}
	 * @param headers the message's headers
	 * @param body the message's body
	 * @return the number, or null where the message is no marker
	 */
	public static @Nullable Long numberOf(@Nullable String appId, @Nullable Map<String, Object> headers, byte[] body) {
		boolean plain = body.length == 0 && appId != null && Waybill.isInstance(appId) && headers != null
				&& !headers.containsKey(Waybill.SOURCE);
		return (plain && headers != null && headers.get(HEADER) instanceof Long number) ? number : null;
	}

}
