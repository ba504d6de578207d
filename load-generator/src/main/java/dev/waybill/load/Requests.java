package dev.waybill.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Decides the bytes of each request. They are composed here, since an encoder for any
 * request costs more than the rest of a send, on cores that the measured one shares.
 */
final class Requests {

	private static final byte[] ID = ascii("{\"id\":\"");

	private static final byte[] TEXT = ascii("\",\"text\":\"");

	private static final byte[] END = ascii("\"}");

	private final Keys keys;

	private final int batch;

	private final int size;

	private final byte[] key;

	/**
	 * Those of a run.
	 * @param batch lines of a batch, or 0 for single messages
	 * @param size bytes of each message
	 */
	Requests(Keys keys, int batch, int size) {
		this.keys = keys;
		this.batch = batch;
		this.size = size;
		int length = (batch == 0) ? size : batch * (size + 1);
		this.key = ascii("\r\nContent-Type: %s\r\nContent-Length: %d\r\nIdempotency-Key: "
			.formatted((batch == 0) ? "application/json" : "application/x-ndjson", length));
	}

	/** The first bytes of each request to an address, such as {@code localhost:8080}. */
	byte[] head(String authority) {
		return ascii("POST /messages%s HTTP/1.1\r\nHost: %s".formatted((this.batch == 0) ? "" : "/batch", authority));
	}

	ByteBuf write(ByteBufAllocator allocator, byte[] head, long request) {
		int lines = Math.max(this.batch, 1);
		ByteBuf bytes = allocator.buffer(head.length + this.key.length + 64 + lines * (this.size + 1));
		bytes.writeBytes(head).writeBytes(this.key);
		bytes.writeCharSequence(this.keys.ofRequest(request), StandardCharsets.US_ASCII);
		bytes.writeCharSequence("\r\n\r\n", StandardCharsets.US_ASCII);
		for (int line = 0; line < lines; line++) {
			writeMessage(bytes, this.keys.ofMessage(request * lines + line));
			if (this.batch > 0) {
				bytes.writeByte('\n');
			}
		}
		return bytes;
	}

	private void writeMessage(ByteBuf bytes, String id) {
		byte[] fill = new byte[this.size - ID.length - id.length() - TEXT.length - END.length];
		Arrays.fill(fill, (byte) 'x');
		bytes.writeBytes(ID);
		bytes.writeCharSequence(id, StandardCharsets.US_ASCII);
		bytes.writeBytes(TEXT).writeBytes(fill).writeBytes(END);
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
