package dev.waybill.producer;

import dev.waybill.contract.ContentDigest;
import org.jspecify.annotations.Nullable;

/**
 * A message as a client sent it, checked.
 *
 * @param messageId the client's Idempotency-Key, or one that we made
 * @param keyGiven whether the client gave a key
 * @param contentType as it came, or null
 * @param contentEncoding as it came, or null
 * @param body the message itself, never changed
 * @param digest of content type and body
 */
record IncomingMessage(String messageId, boolean keyGiven, @Nullable String contentType,
		@Nullable String contentEncoding, byte[] body, ContentDigest digest) {

	private static final byte[] NONE = new byte[0];

	/** The same without its body, which whoever publishes it keeps apart. */
	IncomingMessage withoutBody() {
		return new IncomingMessage(this.messageId, this.keyGiven, this.contentType, this.contentEncoding, NONE,
				this.digest);
	}

}
