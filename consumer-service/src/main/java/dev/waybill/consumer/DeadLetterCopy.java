package dev.waybill.consumer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.waybill.contract.DeadLetter;
import dev.waybill.contract.Traceparent;
import dev.waybill.contract.Waybill;
import org.jspecify.annotations.Nullable;

/**
 * Decides what of a message's properties its dead letter keeps: all but what would make
 * the broker refuse, lose or misroute it, and what no longer fits a frame.
 */
final class DeadLetterCopy {

	private static final int MAX_REASON = 2048;

	/** The first two would route it elsewhere; the others are the old queue's counts. */
	private static final Set<String> LEFT_OUT = Set.of("CC", "BCC", "x-delivery-count", "x-acquired-count");

	private static final Set<String> KEPT = Set.of(Waybill.SOURCE, Waybill.SEQUENCE, Waybill.ACCEPTED_AT, Waybill.RETRY,
			DeadLetter.REASON, DeadLetter.ATTEMPTS, DeadLetter.AT);

	private final BasicProperties original;

	private final String reason;

	private final @Nullable Integer attempts;

	private final @Nullable Traceparent traceparent;

	DeadLetterCopy(BasicProperties original, String reason, @Nullable Integer attempts) {
		this(original, cut(reason), attempts, null);
	}

	private DeadLetterCopy(BasicProperties original, String reason, @Nullable Integer attempts,
			@Nullable Traceparent traceparent) {
		this.original = original;
		this.reason = reason;
		this.attempts = attempts;
		this.traceparent = traceparent;
	}

	/** Of what the broker moved, with the reason as the broker says it. */
	static DeadLetterCopy byTheBroker(Delivery delivery) {
		Integer attempts = (delivery.header("x-delivery-count") instanceof Number count) ? count.intValue() : null;
		return new DeadLetterCopy(delivery.properties(), reason(delivery), attempts);
	}

	private static String reason(Delivery delivery) {
		Object deaths = delivery.header("x-death");
		if (deaths instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Map<?, ?> death) {
			return "the broker: " + death.get("reason") + " in queue " + death.get("queue");
		}
		@Nullable Object last = delivery.header("x-last-death-reason");
		return "the broker: " + ((last != null) ? last : "no reason given");
	}

	/** The same with another place in the trace, if there is one. */
	DeadLetterCopy with(@Nullable Traceparent traceparent) {
		return new DeadLetterCopy(this.original, this.reason, this.attempts, traceparent);
	}

	/** The properties to publish it with. */
	BasicProperties properties(int frameMax) throws IOException {
		Map<String, @Nullable Object> headers = new LinkedHashMap<>();
		if (this.original.getHeaders() != null) {
			headers.putAll(this.original.getHeaders());
		}
		headers.keySet().removeAll(LEFT_OUT);
		headers.remove(DeadLetter.ATTEMPTS);
		headers.put(DeadLetter.REASON, this.reason);
		headers.put(DeadLetter.AT, Clocks.micros());
		if (this.attempts != null) {
			headers.put(DeadLetter.ATTEMPTS, this.attempts);
		}
		if (this.traceparent != null) {
			headers.put(Traceparent.HEADER, this.traceparent.text());
		}
		BasicProperties whole = with(headers);
		if (frameMax == 0 || size(whole) <= frameMax) {
			return whole;
		}
		for (String name : foreignLargestFirst(headers)) {
			headers.remove(name);
			whole = with(headers);
			if (size(whole) <= frameMax) {
				break;
			}
		}
		return whole;
	}

	private BasicProperties with(Map<String, @Nullable Object> headers) {
		return this.original.builder().headers(headers).deliveryMode(2).userId(null).expiration(null).build();
	}

	private static List<String> foreignLargestFirst(Map<String, @Nullable Object> headers) throws IOException {
		Map<String, Integer> sizes = new LinkedHashMap<>();
		for (Map.Entry<String, @Nullable Object> header : headers.entrySet()) {
			if (isForeign(header.getKey(), header.getValue())) {
				Map<String, @Nullable Object> alone = new LinkedHashMap<>();
				alone.put(header.getKey(), header.getValue());
				sizes.put(header.getKey(), size(new BasicProperties.Builder().headers(alone).build()));
			}
		}
		return sizes.entrySet()
			.stream()
			.sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
			.map(Map.Entry::getKey)
			.toList();
	}

	/** Another program may use our names for things of its own. */
	private static boolean isForeign(String name, @Nullable Object value) {
		boolean ours = KEPT.contains(name)
				&& (value instanceof Number || value instanceof Boolean || name.equals(DeadLetter.REASON));
		boolean trace = name.equals(Traceparent.HEADER) && Traceparent.of(value) != null;
		return !ours && !trace;
	}

	private static int size(BasicProperties properties) throws IOException {
		return properties.toFrame(0, 0).size();
	}

	private static String cut(String reason) {
		byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
		if (bytes.length <= MAX_REASON) {
			return reason;
		}
		int end = MAX_REASON;
		while ((bytes[end] & 0xC0) == 0x80) {
			end--;
		}
		return new String(bytes, 0, end, StandardCharsets.UTF_8);
	}

}
