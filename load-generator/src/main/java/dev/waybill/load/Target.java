package dev.waybill.load;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Decides which connection to a producer is used next, and when a new one is opened; used
 * by one thread.
 */
final class Target {

	/** Before a server gives up an idle connection, and our request with it. */
	private static final long STALE = TimeUnit.SECONDS.toNanos(5);

	/** Nobody is there: no reason to ask a thousand times a second. */
	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

	private final URI url;

	private final byte[] head;

	private final int limit;

	/** The last one used is used first: it is the least likely to be stale. */
	private final Deque<Connection> free = new ArrayDeque<>();

	private int open;

	private long refused;

	private boolean paused;

	/**
	 * One producer.
	 * @param head the first bytes of each request to it
	 * @param limit the most connections
	 */
	Target(URI url, byte[] head, int limit) {
		this.url = url;
		this.head = head;
		this.limit = limit;
	}

	URI url() {
		return this.url;
	}

	String host() {
		return this.url.getHost().replaceAll("[\\[\\]]", "");
	}

	int port() {
		return (this.url.getPort() >= 0) ? this.url.getPort() : 80;
	}

	byte[] head() {
		return this.head;
	}

	int limit() {
		return this.limit;
	}

	@Nullable Connection take(long now) {
		Connection connection = this.free.pollLast();
		while (connection != null && now - connection.since() > STALE) {
			// It leaves at the event of its end.
			connection.close();
			connection = this.free.pollLast();
		}
		return connection;
	}

	void free(Connection connection) {
		this.free.addLast(connection);
	}

	/** Whether a connection may be opened now; then one is. */
	boolean open(long now) {
		if (this.open >= this.limit || (this.paused && now - this.refused < PAUSE)) {
			return false;
		}
		this.open++;
		return true;
	}

	/** A connection has ended. */
	void closed(Connection connection) {
		this.open--;
		this.free.remove(connection);
	}

	/** A connection could not be opened. */
	void refused(long now) {
		this.open--;
		this.paused = true;
		this.refused = now;
	}

	void connected() {
		this.paused = false;
	}

}
