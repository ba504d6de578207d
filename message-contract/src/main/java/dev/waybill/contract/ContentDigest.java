package dev.waybill.contract;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 of a message's content type and body: what makes two messages of one id the
 * same message.
 */
public record ContentDigest(long first, long second, long third, long fourth) {

	/**
	 * Digests the content of a message.
	 * @param contentType the content type as it came, or null
	 * @param body the body
	 * @return the digest
	 */
	public static ContentDigest of(@Nullable String contentType, byte[] body) {
		MessageDigest sha = sha256();
		byte[] type = (contentType != null) ? contentType.getBytes(StandardCharsets.UTF_8) : new byte[0];
		// The length first, or a byte could move from the one to the other unseen.
		sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(type.length).flip());
		sha.update(type);
		ByteBuffer digest = ByteBuffer.wrap(sha.digest(body));
		return new ContentDigest(digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("every Java platform has SHA-256", ex);
		}
	}

}
