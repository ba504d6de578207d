package dev.waybill.pair;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Many clients on one thread, who send when it is time whether or not earlier ones have
 * their answer; threads of their own would take the processors from the service.
 */
final class OpenLoop implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final Load load;

	private final Selector selector = Selector.open();

	private final List<Client> clients = new ArrayList<>();

	private final Deque<Client> idle = new ArrayDeque<>();

	private final byte[] request;

	private List<Answered> answered = new ArrayList<>();

	/**
	 * Makes clients, who connect when they have something to send: who says nothing is
	 * sent away.
	 * @param load gets the ids of what they are answered
	 * @param target where they send messages of 256 bytes, without a key
	 * @param connections how many there are
	 */
	OpenLoop(Load load, URI target, int connections) throws IOException {
		this.load = load;
		this.request = ("POST " + target.getRawPath() + " HTTP/1.1\r\nHost: " + target.getAuthority()
				+ "\r\nContent-Type: text/plain\r\nContent-Length: 256\r\n\r\n" + "m".repeat(256))
			.getBytes(StandardCharsets.US_ASCII);
		for (int i = 0; i < connections; i++) {
			Client client = new Client(new InetSocketAddress(target.getHost(), target.getPort()));
			this.clients.add(client);
			this.idle.add(client);
		}
	}

	/** Sends so many a second for so long, and does not wait for the last answers. */
	void send(int perSecond, Duration duration) throws IOException {
		long begin = System.nanoTime();
		long count = perSecond * duration.toMillis() / 1000;
		boolean starved = false;
		long sent = 0;
		while (sent < count) {
			long now = System.nanoTime();
			long due = begin + sent * TimeUnit.SECONDS.toNanos(1) / perSecond;
			while (sent < count && due <= now && !this.idle.isEmpty()) {
				// Who waits for a client to be free waits for the service, which keeps
				// them all; who waits for this thread does not.
				this.idle.removeFirst().send(due, starved ? due : System.nanoTime());
				sent++;
				due = begin + sent * TimeUnit.SECONDS.toNanos(1) / perSecond;
			}
			starved = sent < count && due <= now;
			read(begin + duration.toNanos());
		}
	}

	/** Each of some clients sends the next when it has its answer, for so long. */
	void sendInTurn(int some, Duration duration) throws IOException {
		long end = System.nanoTime() + duration.toNanos();
		while (System.nanoTime() < end) {
			while (this.clients.size() - this.idle.size() < some) {
				long now = System.nanoTime();
				this.idle.removeFirst().send(now, now);
			}
			read(end);
		}
	}

	/** All answers since the last time, when the last one is there. */
	List<Answered> answers() throws IOException {
		long now = System.nanoTime();
		while (this.idle.size() < this.clients.size()) {
			read(now);
		}
		List<Answered> all = this.answered;
		this.answered = new ArrayList<>();
		return all;
	}

	private void read(long end) throws IOException {
		if (System.nanoTime() > end + PATIENCE.toNanos()) {
			throw new IllegalStateException((this.clients.size() - this.idle.size()) + " without an answer");
		}
		this.selector.select((key) -> {
			Client client = (Client) key.attachment();
			try {
				client.read((SocketChannel) key.channel());
			}
			catch (IOException ex) {
				throw new IllegalStateException("a connection was ended, after the statuses "
						+ this.answered.stream().map(Answered::status).distinct().toList(), ex);
			}
		}, 1);
	}

	@Override
	public void close() throws IOException {
		for (Client client : this.clients) {
			if (client.channel != null) {
				client.channel.close();
			}
		}
		this.selector.close();
	}

	/**
	 * One message and its answer; times are those of {@link System#nanoTime()}.
	 *
	 * @param due when it was to be sent
	 * @param from since when the service has to answer for its time
	 * @param at when its answer was there
	 * @param status of the answer
	 */
	record Answered(long due, long from, long at, int status) {

		double millis() {
			return (this.at - this.from) / 1e6;
		}

		double millisSinceDue() {
			return (this.at - this.due) / 1e6;
		}

	}

	private final class Client {

		private final InetSocketAddress address;

		private @Nullable SocketChannel channel;

		private final ByteBuffer answer = ByteBuffer.allocate(8192);

		private long due;

		private long from;

		Client(InetSocketAddress address) {
			this.address = address;
		}

		void send(long due, long from) throws IOException {
			this.due = due;
			this.from = from;
			SocketChannel open = this.channel;
			if (open == null) {
				open = connect();
				this.channel = open;
			}
			ByteBuffer bytes = ByteBuffer.wrap(OpenLoop.this.request);
			open.write(bytes);
			if (bytes.hasRemaining()) {
				throw new IllegalStateException("a request does not fit the buffer of its socket");
			}
		}

		private SocketChannel connect() throws IOException {
			SocketChannel open = SocketChannel.open(this.address);
			open.setOption(StandardSocketOptions.TCP_NODELAY, true);
			open.configureBlocking(false);
			open.register(OpenLoop.this.selector, SelectionKey.OP_READ, this);
			return open;
		}

		void read(SocketChannel from) throws IOException {
			if (from.read(this.answer) < 0) {
				throw new EOFException();
			}
			String text = new String(this.answer.array(), 0, this.answer.position(), StandardCharsets.ISO_8859_1);
			if (isWhole(text)) {
				this.answer.clear();
				int status = Integer.parseInt(text.substring(9, 12));
				OpenLoop.this.answered.add(new Answered(this.due, this.from, System.nanoTime(), status));
				OpenLoop.this.load.outcome(text).add(between(text, "\"messageId\":\"", "\""));
				OpenLoop.this.idle.addLast(this);
			}
		}

		/** There is one answer under way, so its end is the end of what is there. */
		private static boolean isWhole(String text) {
			int head = text.indexOf("\r\n\r\n");
			if (head < 0) {
				return false;
			}
			String length = between(text.substring(0, head + 2), "Content-Length: ", "\r\n");
			return length.isEmpty() ? text.endsWith("\r\n0\r\n\r\n")
					: text.length() == head + 4 + Integer.parseInt(length);
		}

		private static String between(String text, String begin, String end) {
			int from = text.indexOf(begin);
			return (from < 0) ? "" : text.substring(from + begin.length(), text.indexOf(end, from + begin.length()));
		}

	}

}
