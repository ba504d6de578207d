package dev.waybill.producer;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

import org.springframework.web.util.UriUtils;

/** Words where a message can be asked for. */
final class MessageLocation {

	private MessageLocation() {
	}

	/**
	 * The path of a message; null for the ids that have none: the two that stand for a
	 * directory in any path, however they are encoded, and the one of the path for
	 * batches.
	 */
	static @Nullable String of(String messageId) {
		if (messageId.equals(".") || messageId.equals("..") || messageId.equals("batch")) {
			return null;
		}
		return "/messages/" + UriUtils.encode(messageId, StandardCharsets.UTF_8);
	}

}
