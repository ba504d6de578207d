package dev.waybill.producer;

import dev.waybill.contract.ContentDigest;
import org.jspecify.annotations.Nullable;

/**
 * A message as a client sent it, checked; decides when its content is digested, which is
 * for few messages only, and when its body is let go.
 */
final class IncomingMessage {

	private static final byte[] NONE = new byte[0];

	private final String messageId;

	private final boolean keyGiven;

	private final @Nullable String contentType;

	private final @Nullable String contentEncoding;

	private byte[] body;

	private @Nullable ContentDigest digest;

	private boolean letGo;

	/**
	 * Makes a message.
	 * @param messageId the client's Idempotency-Key, or one that we made
	 * @param keyGiven whether the client gave a key
	 * @param contentType as it came, or null
	 * @param contentEncoding as it came, or null
	 * @param body the message itself, never changed
	 */
	IncomingMessage(String messageId, boolean keyGiven, @Nullable String contentType, @Nullable String contentEncoding,
			byte[] body) {
		this.messageId = messageId;
		this.keyGiven = keyGiven;
		this.contentType = contentType;
		this.contentEncoding = contentEncoding;
		this.body = body;
	}

	String messageId() {
		return this.messageId;
	}

	boolean keyGiven() {
		return this.keyGiven;
	}

	@Nullable String contentType() {
		return this.contentType;
	}

	@Nullable String contentEncoding() {
		return this.contentEncoding;
	}

	/** The body; empty once it was let go. */
	synchronized byte[] body() {
		return this.body;
	}

	/**
	 * The digest of content type and body, made when it is first asked for.
	 * @throws IllegalStateException where the body was let go before that
	 */
	synchronized ContentDigest digest() {
		if (this.digest == null) {
			if (this.letGo) {
				throw new IllegalStateException("the body was let go before it was digested");
			}
			this.digest = ContentDigest.of(this.contentType, this.body);
		}
		return this.digest;
	}

	/**
	 * Lets the body go, since its outcome is known.
	 * @param outcome unknown, where the digest will be asked for, since then the message
	 * id is a key from now on
	 */
	synchronized void letGo(Outcome outcome) {
		if (outcome == Outcome.UNKNOWN) {
			digest();
		}
		this.letGo = true;
		this.body = NONE;
	}

}
