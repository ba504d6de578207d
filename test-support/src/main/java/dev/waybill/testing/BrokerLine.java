package dev.waybill.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A line to a broker on which a test can hold back, delay or swallow what is said, and
 * which it can cut.
 */
public final class BrokerLine implements AutoCloseable {

	private final VirtualHost host;

	private final ServerSocket server;

	private final List<LineConnection> connections = new CopyOnWriteArrayList<>();

	private boolean held;

	private boolean cut;

	private boolean swallowing;

	private boolean halfOpen;

	/** Bytes that clients may yet say before a reset; negative while none is due. */
	private long untilReset = -1;

	private long resets;

	private volatile long answersLater;

	private volatile long questionsLater;

	/** A line to the broker of this virtual host. */
	public BrokerLine(VirtualHost host) {
		this(host, InetAddress.getLoopbackAddress().getHostAddress(), 0);
	}

	/** One whose near end is at this address. */
	public BrokerLine(VirtualHost host, String address, int port) {
		this.host = host;
		try {
			this.server = new ServerSocket();
			this.server.bind(new InetSocketAddress(address, port), 50);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		LineConnection.start(this::accept);
	}

	/** The address of its near end. */
	public String uri() {
		return uri(this.server.getInetAddress().getHostAddress());
	}

	/** The same, by a name that its near end has. */
	public String uri(String name) {
		return "amqp://guest:guest@" + name + ":" + port() + "/" + this.host.name();
	}

	public int port() {
		return this.server.getLocalPort();
	}

	/**
	 * From now on each thing that the broker says arrives so much later, at whatever rate
	 * it speaks.
	 */
	public void delay(Duration delay) {
		this.answersLater = delay.toNanos();
	}

	/** From now on each thing that either end says arrives so much later. */
	public void delayBothWays(Duration delay) {
		delay(delay);
		this.questionsLater = delay.toNanos();
	}

	/** From now on nothing that the broker says arrives. */
	public synchronized void hold() {
		this.held = true;
	}

	/** It all arrives, and what was held back first. */
	public synchronized void release() {
		this.held = false;
		notifyAll();
	}

	/** From now on the broker does not see that a client has ended its connection. */
	public synchronized void hideEnds() {
		this.halfOpen = true;
	}

	/**
	 * From now on nothing that either end says arrives, not even that it has ended its
	 * connection; on the connections that there are, for good.
	 */
	public synchronized void swallow() {
		this.swallowing = true;
		this.connections.forEach(LineConnection::swallow);
	}

	/**
	 * Resets the connection on which clients say so many bytes more, both of its ends,
	 * once.
	 */
	public synchronized void resetAfter(long bytes) {
		this.untilReset = bytes;
	}

	/** How often a connection was reset so. */
	public synchronized long resets() {
		return this.resets;
	}

	/** Ends all connections, and what is made anew ends at once. */
	public synchronized void cut() {
		this.cut = true;
		this.held = false;
		this.connections.forEach(LineConnection::end);
		this.connections.clear();
		notifyAll();
	}

	/** New connections hold, and pass everything on, again. */
	public synchronized void mend() {
		this.cut = false;
		this.swallowing = false;
	}

	@Override
	public void close() {
		cut();
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept() {
		try {
			while (true) {
				accept(this.server.accept());
			}
		}
		catch (IOException ex) {
			// closed
		}
	}

	private void accept(Socket client) throws IOException {
		try {
			connect(client);
		}
		catch (IOException ex) { // the broker refuses, which is its answer to this one
									// only
			client.close();
		}
	}

	private synchronized void connect(Socket client) throws IOException {
		if (this.cut) {
			client.close();
			return;
		}
		Socket broker = new Socket(InetAddress.getLoopbackAddress(), this.host.broker().amqpPort());
		LineConnection connection = new LineConnection(this, client, broker);
		this.connections.add(connection);
		if (this.swallowing) {
			connection.swallow();
		}
		connection.start();
	}

	long answersLater() {
		return this.answersLater;
	}

	long questionsLater() {
		return this.questionsLater;
	}

	/** How many of so many bytes a client may say before the reset that is due. */
	synchronized int allowed(int bytes) {
		if (this.untilReset < 0) {
			return bytes;
		}
		if (this.untilReset < bytes) {
			int allowed = (int) this.untilReset;
			this.untilReset = -1;
			this.resets++;
			return allowed;
		}
		this.untilReset -= bytes;
		return bytes;
	}

	synchronized void awaitRelease() throws InterruptedException {
		while (this.held) {
			wait();
		}
	}

	synchronized boolean hidesEnds() {
		return this.halfOpen;
	}

}
