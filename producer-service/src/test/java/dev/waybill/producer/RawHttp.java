package dev.waybill.producer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** Bytes to an HTTP server that no proper client would send. */
final class RawHttp {

	private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");

	private static final Pattern REQUEST_LINE = Pattern.compile("(\\S+) (\\S+) HTTP/[^\r]*\r\n");

	private static final int READ_TIMEOUT = 15_000;

	private RawHttp() {
	}

	/** Sends the text as ISO-8859-1 and reads the one answer. */
	static Answer send(int port, String request) {
		return send(port, request, false);
	}

	/** The same, and says that nothing more will come. */
	static Answer sendAndEnd(int port, String request) {
		return send(port, request, true);
	}

	/**
	 * Sends a beginning, and then so many bytes more, one after each pause; gives the
	 * answer, after which the server must have closed the connection soon.
	 */
	static Answer sendSlowly(int port, String beginning, int more, Duration pause) {
		try (Socket socket = new Socket("127.0.0.1", port)) {
			socket.setSoTimeout(READ_TIMEOUT);
			OutputStream out = socket.getOutputStream();
			out.write(beginning.getBytes(StandardCharsets.ISO_8859_1));
			for (int i = 0; i < more; i++) {
				Thread.sleep(pause.toMillis());
				out.write('m');
			}
			String answer = new String(readAll(socket), StandardCharsets.ISO_8859_1);
			socket.setSoTimeout(2_000);
			assertThat(isClosed(socket)).as("closed after " + answer).isTrue();
			return checked(port, beginning, answer, 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** Reads an answer that came to a request, and checks that it is described. */
	static Answer checked(int port, String request, String answer, long millis) {
		Matcher line = REQUEST_LINE.matcher(request);
		boolean hasLine = line.lookingAt();
		return Described.by(port)
			.checked(hasLine ? line.group(1) : "", hasLine ? line.group(2) : "", parse(answer, millis));
	}

	private static Answer send(int port, String request, boolean end) {
		long started = System.nanoTime();
		try (Socket socket = new Socket("127.0.0.1", port)) {
			socket.setSoTimeout(READ_TIMEOUT);
			OutputStream out = socket.getOutputStream();
			try {
				out.write(request.getBytes(StandardCharsets.ISO_8859_1));
				out.flush();
				if (end) {
					socket.shutdownOutput();
				}
			}
			catch (IOException ex) {
				// It has answered and closed before it had read everything.
			}
			byte[] answer = readAll(socket);
			return checked(port, request, new String(answer, StandardCharsets.ISO_8859_1),
					(System.nanoTime() - started) / 1_000_000);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static boolean isClosed(Socket socket) {
		try {
			return socket.getInputStream().read() < 0;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (IOException ex) {
			return true;
		}
	}

	private static byte[] readAll(Socket socket) throws IOException {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		byte[] buffer = new byte[8192];
		try {
			int n = socket.getInputStream().read(buffer);
			while (n >= 0) {
				all.write(buffer, 0, n);
				n = isWhole(all.toString(StandardCharsets.ISO_8859_1)) ? -1 : socket.getInputStream().read(buffer);
			}
		}
		catch (IOException ex) {
			// A reset after the answer, since it did not read everything.
			if (all.size() == 0) {
				throw ex;
			}
		}
		return all.toByteArray();
	}

	/** A server may keep the connection open to read what is left of the request. */
	private static boolean isWhole(String text) {
		int end = text.indexOf("\r\n\r\n");
		if (end < 0) {
			return false;
		}
		Matcher length = LENGTH.matcher(text.substring(0, end));
		return length.find() ? text.length() - end - 4 >= Integer.parseInt(length.group(1))
				: text.endsWith("\r\n0\r\n\r\n");
	}

	private static Answer parse(String text, long millis) {
		int end = text.indexOf("\r\n\r\n");
		if (end < 0) {
			throw new IllegalStateException("no HTTP answer: '" + text + "'");
		}
		String[] lines = text.substring(0, end).split("\r\n");
		Map<String, String> headers = new TreeMap<>();
		for (int i = 1; i < lines.length; i++) {
			int colon = lines[i].indexOf(':');
			headers.merge(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), lines[i].substring(colon + 1).strip(),
					(first, next) -> first + ", " + next);
		}
		String body = text.substring(end + 4);
		if ("chunked".equals(headers.get("transfer-encoding"))) {
			body = unchunk(body);
		}
		else if (headers.containsKey("content-length") && !body.isEmpty()) { // not to
																				// HEAD
			body = body.substring(0, Integer.parseInt(headers.get("content-length")));
		}
		return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, body, millis);
	}

	private static String unchunk(String chunked) {
		StringBuilder body = new StringBuilder();
		int at = 0;
		while (true) {
			int lineEnd = chunked.indexOf("\r\n", at);
			int size = Integer.parseInt(chunked.substring(at, lineEnd).strip(), 16);
			if (size == 0) {
				return body.toString();
			}
			body.append(chunked, lineEnd + 2, lineEnd + 2 + size);
			at = lineEnd + 2 + size + 2;
		}
	}

}
