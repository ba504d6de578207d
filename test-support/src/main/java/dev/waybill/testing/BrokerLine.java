package dev.waybill.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A line to a broker on which a test can hold back or delay what the broker says, and
 * which it can cut.
 */
public final class BrokerLine implements AutoCloseable {

	private final VirtualHost host;

	private final ServerSocket server;

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private boolean held;

	private boolean cut;

	private boolean halfOpen;

	private volatile long delayNanos;

	/** A line to the broker of this virtual host. */
	public BrokerLine(VirtualHost host) {
		this.host = host;
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start(this::accept);
	}

	/** The address of its near end. */
	public String uri() {
		return "amqp://guest:guest@127.0.0.1:" + this.server.getLocalPort() + "/" + this.host.name();
	}

	/**
	 * From now on each thing that the broker says arrives so much later, at whatever rate
	 * it speaks.
	 */
	public void delay(Duration delay) {
		this.delayNanos = delay.toNanos();
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

	/** Ends all connections, and what is made anew ends at once. */
	public synchronized void cut() {
		this.cut = true;
		this.held = false;
		this.sockets.forEach(BrokerLine::end);
		this.sockets.clear();
		notifyAll();
	}

	/** New connections hold again. */
	public synchronized void mend() {
		this.cut = false;
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
				connect(this.server.accept());
			}
		}
		catch (IOException ex) {
			// closed
		}
	}

	private synchronized void connect(Socket client) throws IOException {
		if (this.cut) {
			client.close();
			return;
		}
		Socket broker = new Socket(InetAddress.getLoopbackAddress(), this.host.broker().amqpPort());
		this.sockets.add(client);
		this.sockets.add(broker);
		BlockingQueue<Said> said = new LinkedBlockingQueue<>();
		start(() -> ask(client, broker));
		start(() -> listen(broker, said));
		start(() -> answer(said, broker, client));
	}

	private void ask(Socket client, Socket broker) {
		try {
			InputStream in = client.getInputStream();
			OutputStream out = broker.getOutputStream();
			byte[] buffer = new byte[65536];
			for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
				out.write(buffer, 0, n);
			}
		}
		catch (IOException ex) {
			// ended
		}
		finally {
			end(client);
			if (!hidesEnds()) {
				end(broker);
			}
		}
	}

	/** Hears all at once, so that what is under way does not delay what comes next. */
	private void listen(Socket broker, BlockingQueue<Said> said) {
		try {
			InputStream in = broker.getInputStream();
			byte[] buffer = new byte[65536];
			for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
				said.add(new Said(Arrays.copyOf(buffer, n), System.nanoTime() + this.delayNanos));
			}
		}
		catch (IOException ex) {
			// ended
		}
		finally {
			said.add(new Said(new byte[0], System.nanoTime()));
		}
	}

	private void answer(BlockingQueue<Said> said, Socket broker, Socket client) {
		try {
			OutputStream out = client.getOutputStream();
			for (Said next = said.take(); next.bytes().length > 0; next = said.take()) {
				TimeUnit.NANOSECONDS.sleep(next.due() - System.nanoTime());
				awaitRelease();
				out.write(next.bytes());
			}
		}
		catch (IOException ex) {
			// ended
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			end(broker);
			end(client);
		}
	}

	private synchronized void awaitRelease() throws IOException {
		try {
			while (this.held) {
				wait();
			}
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	private synchronized boolean hidesEnds() {
		return this.halfOpen;
	}

	private static void end(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// ended already
		}
	}

	private static void start(Runnable task) {
		Thread thread = new Thread(task, "broker-line");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * What the broker said at once; nothing at the end.
	 *
	 * @param bytes what it said
	 * @param due when the client may hear it, by {@link System#nanoTime()}
	 */
	private record Said(byte[] bytes, long due) {
	}

}
