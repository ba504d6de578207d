package dev.waybill.contract;

import com.rabbitmq.client.LongString;
import org.jspecify.annotations.Nullable;

/**
 * The place in a trace that travels with a message, in the header {@value #HEADER}: W3C
 * Trace Context, of which we write version 00, 55 characters.
 *
 * @param traceId the trace, 32 hex digits that are not all 0
 * @param spanId what the message comes from, 16 hex digits that are not all 0
 * @param sampled whether whoever wrote it records its spans
 */
public record Traceparent(String traceId, String spanId, boolean sampled) {

	/** The header of AMQP, and of HTTP. */
	public static final String HEADER = "traceparent";

	private static final int TRACE_ID = 32;

	private static final int SPAN_ID = 16;

	private static final int LENGTH = 55;

	public Traceparent {
		if (!isId(traceId, TRACE_ID) || !isId(spanId, SPAN_ID)) {
			throw new IllegalArgumentException("'" + traceId + "' and '" + spanId + "' are not 32 and 16 hex digits");
		}
	}

	/**
	 * Reads a header.
	 * @param header its value, as the AMQP client gives it
	 * @return where the trace goes on, or null where it is none: whoever wrote it, that
	 * is never an error
	 */
	public static @Nullable Traceparent of(@Nullable Object header) {
		String text = (header instanceof String || header instanceof LongString) ? header.toString() : "";
		if (text.length() != LENGTH || text.charAt(2) != '-' || text.charAt(35) != '-' || text.charAt(52) != '-') {
			return null;
		}
		String version = text.substring(0, 2);
		String flags = text.substring(53);
		if (!isHex(version) || version.equals("ff") || !isHex(flags)) {
			return null;
		}
		return of(text.substring(3, 35), text.substring(36, 52), (Character.digit(flags.charAt(1), 16) & 1) == 1);
	}

	/**
	 * Takes over what a tracer knows; null where it knows nothing. One that uses the
	 * short ids of old has them filled up with zeros.
	 */
	public static @Nullable Traceparent of(String traceId, String spanId, boolean sampled) {
		String whole = (traceId.length() == SPAN_ID) ? "0".repeat(SPAN_ID) + traceId : traceId;
		return (isId(whole, TRACE_ID) && isId(spanId, SPAN_ID)) ? new Traceparent(whole, spanId, sampled) : null;
	}

	/** The value of the header. */
	public String text() {
		return "00-" + this.traceId + "-" + this.spanId + (this.sampled ? "-01" : "-00");
	}

	private static boolean isId(String text, int length) {
		return text.length() == length && isHex(text) && !text.chars().allMatch((c) -> c == '0');
	}

	/** In lower case only, as the standard has it. */
	private static boolean isHex(String text) {
		return text.chars().allMatch((c) -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
	}

}
