package dev.waybill.pair;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One HTTP connection of a client that has many messages to send, one after the other.
 */
final class KeptConnection implements AutoCloseable {

	private static final int PATIENCE_MILLIS = 20_000;

	private final Socket socket = new Socket();

	private final InputStream in;

	private final String head;

	private boolean open = true;

	private int status;

	KeptConnection(URI target) throws IOException {
		this.socket.setTcpNoDelay(true);
		this.socket.setSoTimeout(PATIENCE_MILLIS);
		this.socket.connect(new InetSocketAddress(target.getHost(), target.getPort()), 5_000);
		this.in = new BufferedInputStream(this.socket.getInputStream());
		this.head = "POST " + target.getRawPath() + " HTTP/1.1\r\nHost: " + target.getAuthority()
				+ "\r\nContent-Type: text/plain\r\n";
	}

	/** Whether another message may be sent. */
	boolean isOpen() {
		return this.open;
	}

	/** Sends a message and gives the body of the answer. */
	String post(String key, String body) throws IOException {
		byte[] bytes = (this.head + "Idempotency-Key: " + key + "\r\nContent-Length: "
				+ body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body)
			.getBytes(StandardCharsets.UTF_8);
		write(bytes);
		return answer();
	}

	/** Writes bytes that need be no request. */
	void write(byte[] bytes) throws IOException {
		this.socket.getOutputStream().write(bytes);
	}

	/** Says that nothing more will come. */
	void end() throws IOException {
		this.socket.shutdownOutput();
	}

	/** The status of the last answer. */
	int status() {
		return this.status;
	}

	/** Whether an answer has begun to come. */
	boolean hasAnswer() throws IOException {
		return this.in.available() > 0;
	}

	/** Waits for an answer and gives its body. */
	String answer() throws IOException {
		int length = 0;
		boolean chunked = false;
		boolean last = false;
		this.status = Integer.parseInt(line().split(" ")[1]);
		for (String line = line(); !line.isEmpty(); line = line()) {
			String header = line.toLowerCase(Locale.ROOT);
			if (header.startsWith("content-length:")) {
				length = Integer.parseInt(header.substring(15).strip());
			}
			last |= header.startsWith("connection:") && header.contains("close");
			chunked |= header.startsWith("transfer-encoding:") && header.contains("chunked");
		}
		// Tomcat ends a connection with certain answers, such as 503.
		this.open = !last;
		return chunked ? chunks() : text(length);
	}

	private String chunks() throws IOException {
		StringBuilder all = new StringBuilder();
		for (int size = Integer.parseInt(line().strip(), 16); size > 0; size = Integer.parseInt(line().strip(), 16)) {
			all.append(text(size));
			line();
		}
		line();
		return all.toString();
	}

	private String text(int length) throws IOException {
		byte[] bytes = this.in.readNBytes(length);
		if (bytes.length < length) {
			throw new EOFException("in the middle of an answer");
		}
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private String line() throws IOException {
		StringBuilder line = new StringBuilder();
		for (int c = this.in.read(); c != '\n'; c = this.in.read()) {
			if (c < 0) {
				throw new EOFException("before an answer");
			}
			if (c != '\r') {
				line.append((char) c);
			}
		}
		return line.toString();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
