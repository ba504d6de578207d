package dev.waybill.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP server that answers as a producer does, or, where a test says so, as one that
 * fails; with a ledger, and a journal of what it accepted.
 */
final class LittleProducer implements AutoCloseable {

	/** Ends the connection without an answer. */
	static final String NOTHING = "";

	final List<Request> requests = new CopyOnWriteArrayList<>();

	/** The totals of the ledger; a test may falsify them. */
	final Map<String, Long> extra = new HashMap<>();

	final AtomicLong accepted = new AtomicLong();

	final Path journal;

	private final ServerSocket server;

	private final String instance;

	private final Answering answering;

	LittleProducer(Answering answering) {
		this("little", answering);
	}

	LittleProducer(String instance, Answering answering) {
		this.instance = instance;
		this.answering = answering;
		try {
			this.journal = Files.createTempFile("journal-", ".txt");
			this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start(this::accept);
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getLocalPort();
	}

	/** Accepts a message and processes it: the answer of a producer. */
	String accept(Request request) {
		this.accepted.incrementAndGet();
		write(request.key);
		return accepted(request.key);
	}

	/** An answer as a producer gives it, of a message that is in no ledger. */
	static String accepted(String messageId) {
		return answer("202 Accepted", "application/json",
				"{\"messageId\":\"%s\",\"instance\":\"little\",\"outcome\":\"accepted\"}".formatted(messageId));
	}

	static String problem(int status, String outcome) {
		return answer(status + " No", "application/problem+json",
				"{\"title\":\"No\",\"status\":%d,\"outcome\":\"%s\",\"reason\":\"r\",\"messageId\":\"m\"}"
					.formatted(status, outcome));
	}

	static String answer(String status, String type, String body) {
		return "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s".formatted(status, type,
				body.getBytes(StandardCharsets.UTF_8).length, body);
	}

	synchronized void write(String id) {
		try {
			Files.writeString(this.journal, id + "\n", StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private String ledger() {
		StringBuilder totals = new StringBuilder("\"attempted\":0");
		for (String name : List.of("accepted", "processed", "rejected", "unknown", "inFlight", "recovered", "resumed",
				"deadLettered", "pending", "lost", "unaudited", "duplicates", "unexpected")) {
			long count = name.equals("accepted") || name.equals("processed") ? this.accepted.get() : 0;
			totals.append(",\"%s\":%d".formatted(name, count + this.extra.getOrDefault(name, 0L)));
		}
		String lost = this.extra.containsKey("lost") ? "[[7,7]]" : "[]";
		return answer("200 OK", "application/json",
				"{\"instance\":\"%s\",\"since\":\"then\",\"totals\":{%s},\"sources\":[{\"source\":\"00ab\",\"lost\":%s}]}"
					.formatted(this.instance, totals, lost));
	}

	private void accept() {
		try {
			while (true) {
				Socket socket = this.server.accept();
				start(() -> serve(socket));
			}
		}
		catch (IOException ex) {
			// The test has ended.
		}
	}

	private void serve(Socket socket) {
		try (socket) {
			socket.setTcpNoDelay(true);
			InputStream in = new BufferedInputStream(socket.getInputStream());
			OutputStream out = socket.getOutputStream();
			for (Request request = Request.read(in); request != null; request = Request.read(in)) {
				String answer = request.line.startsWith("GET /actuator/ledger ") ? ledger() : answer(request);
				if (answer.equals(NOTHING)) {
					return;
				}
				out.write(answer.getBytes(StandardCharsets.UTF_8));
				out.flush();
				if (answer.contains("\r\nConnection: close\r\n")) {
					return;
				}
			}
		}
		catch (IOException | InterruptedException ex) {
			// The connection has ended, or the test.
		}
	}

	private String answer(Request request) throws InterruptedException {
		this.requests.add(request);
		return this.answering.to(this, request);
	}

	private static void start(Runnable work) {
		Thread thread = new Thread(work, "little-producer");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** What a test has a producer answer. */
	interface Answering {

		String to(LittleProducer producer, Request request) throws InterruptedException;

	}

	/**
	 * One request.
	 *
	 * @param line the request line
	 * @param key the Idempotency-Key
	 * @param type the Content-Type
	 * @param body the body
	 */
	record Request(String line, String key, String type, String body) {

		private static @Nullable Request read(InputStream in) throws IOException {
			String line = line(in);
			if (line == null) {
				return null;
			}
			Map<String, String> headers = new HashMap<>();
			for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
				int colon = header.indexOf(": ");
				headers.put(header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 2));
			}
			byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
			return new Request(line, headers.getOrDefault("idempotency-key", ""),
					headers.getOrDefault("content-type", ""), new String(body, StandardCharsets.UTF_8));
		}

		private static @Nullable String line(InputStream in) throws IOException {
			ByteArrayOutputStream line = new ByteArrayOutputStream();
			for (int next = in.read(); next != '\n'; next = in.read()) {
				if (next < 0) {
					return null;
				}
				line.write(next);
			}
			return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
		}

	}

}
