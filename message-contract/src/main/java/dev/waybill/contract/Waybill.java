package dev.waybill.contract;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.amqp.core.MessageProperties;

/**
 * What travels with a message and says who sent it, which one it is, and when it left.
 * <p>
 * On the wire these are AMQP headers, each a signed 64-bit integer ({@code l}) but for
 * {@value #RETRY}, a boolean; the instance is the property {@code app_id}.
 *
 * @param instance the producer instance, {@code [A-Za-z0-9_.-]{1,64}}
 * @param source a random number that a lane draws at each start, so that a restart never
 * reuses numbers; 16 hex digits where people read it
 * @param sequence 1, 2, 3 … without holes for each source: the number of a publish; at
 * most {@link SequenceRuns#MAX}
 * @param acceptedAt when the producer had read the message, in microseconds since the
 * epoch by the producer's clock
 * @param retry whether the producer had published the message before, under another
 * number
 */
public record Waybill(String instance, long source, long sequence, long acceptedAt, boolean retry) {

	/** Header of {@link #source}. */
	public static final String SOURCE = "waybill-source";

	/** Header of {@link #sequence}. */
	public static final String SEQUENCE = "waybill-sequence";

	/** Header of {@link #acceptedAt}. */
	public static final String ACCEPTED_AT = "waybill-accepted-at";

	/** Header of {@link #retry}; absent when false. */
	public static final String RETRY = "waybill-retry";

	private static final int LONGEST_INSTANCE = 64;

	public Waybill {
		if (!isInstance(instance)) {
			throw new IllegalArgumentException("instance '" + instance + "' is not of [A-Za-z0-9_.-]{1,64}");
		}
		if (!SequenceRuns.isNumber(sequence)) {
			throw new IllegalArgumentException("sequence " + sequence + " is not of 1 to 2^62");
		}
	}

	/** Whether this may name a producer instance. */
	public static boolean isInstance(String name) {
		if (name.isEmpty() || name.length() > LONGEST_INSTANCE) {
			return false;
		}
		// By hand, since it is asked for each message, twice, and a matcher is garbage.
		for (int i = 0; i < name.length(); i++) {
			char c = name.charAt(i);
			boolean allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
					|| c == '.' || c == '-';
			if (!allowed) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Reads the waybill of a message.
	 * @param instance the message's {@code app_id}
	 * @param headers its headers, as the AMQP client gives them
	 * @return the waybill, or null where the message has none, or not a whole one
	 */
	public static @Nullable Waybill of(@Nullable String instance, @Nullable Map<String, Object> headers) {
		if (headers != null && instance != null && headers.get(SOURCE) instanceof Long source && isInstance(instance)
				&& headers.get(SEQUENCE) instanceof Long sequence && SequenceRuns.isNumber(sequence)
				&& headers.get(ACCEPTED_AT) instanceof Long acceptedAt) {
			return new Waybill(instance, source, sequence, acceptedAt, Boolean.TRUE.equals(headers.get(RETRY)));
		}
		return null;
	}

	/** Writes this waybill into the properties of a message that is to be published. */
	public void writeTo(MessageProperties properties) {
		properties.setAppId(this.instance);
		properties.setHeader(SOURCE, this.source);
		properties.setHeader(SEQUENCE, this.sequence);
		properties.setHeader(ACCEPTED_AT, this.acceptedAt);
		if (this.retry) {
			properties.setHeader(RETRY, true);
		}
	}

	/** The source as people see it: 16 hex digits. */
	public String sourceText() {
		return sourceText(this.source);
	}

	/** A source as people see it: 16 hex digits. */
	public static String sourceText(long source) {
		return String.format("%016x", source);
	}

}
