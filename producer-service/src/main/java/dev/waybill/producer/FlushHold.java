package dev.waybill.producer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

import javax.net.SocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * Makes sockets whose flushes the thread that writes may hold back, so that publishes
 * that have gathered go out in one write: the AMQP client flushes each.
 * <p>
 * What other threads write meanwhile, such as a heartbeat, takes along all before it; so
 * bytes keep their order, and none waits for anything but the end of its burst.
 */
final class FlushHold extends SocketFactory {

	/** Beyond this a larger write saves nothing. */
	private static final int MOST_HELD = 64 * 1024;

	/** Of a thread in a burst: where it has flushed. */
	private static final ThreadLocal<@Nullable Burst> BURST = new ThreadLocal<>();

	/** From here on, until the end, this thread's flushes are held back. */
	static void begin() {
		BURST.set(new Burst());
	}

	/**
	 * Ends this thread's burst, and writes what was held back.
	 * @throws IOException where the connection is broken: then nothing is known of what
	 * was held back
	 */
	static void end() throws IOException {
		Burst burst = BURST.get();
		BURST.remove();
		if (burst != null && burst.held != null) {
			burst.held.writeHeld();
		}
	}

	@Override
	public Socket createSocket() {
		return new HeldSocket();
	}

	@Override
	public Socket createSocket(String host, int port) throws IOException {
		throw unconnectedOnly();
	}

	@Override
	public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
		throw unconnectedOnly();
	}

	@Override
	public Socket createSocket(InetAddress host, int port) throws IOException {
		throw unconnectedOnly();
	}

	@Override
	public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
		throw unconnectedOnly();
	}

	private static IOException unconnectedOnly() {
		return new IOException("only unconnected sockets are made here, as the AMQP client asks for");
	}

	private static final class Burst {

		private @Nullable HeldStream held;

	}

	private static final class HeldSocket extends Socket {

		private @Nullable OutputStream out;

		@Override
		public synchronized OutputStream getOutputStream() throws IOException {
			if (this.out == null) {
				this.out = new HeldStream(super.getOutputStream());
			}
			return this.out;
		}

	}

	private static final class HeldStream extends OutputStream {

		private final OutputStream out;

		private final ByteArrayOutputStream held = new ByteArrayOutputStream(1024);

		HeldStream(OutputStream out) {
			this.out = out;
		}

		@Override
		public void write(int b) throws IOException {
			write(new byte[] { (byte) b }, 0, 1);
		}

		@Override
		public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
			if (this.held.size() + length > MOST_HELD) {
				writeHeld();
			}
			if (length > MOST_HELD) {
				this.out.write(bytes, offset, length);
			}
			else {
				this.held.write(bytes, offset, length);
			}
		}

		@Override
		public void flush() throws IOException {
			Burst burst = BURST.get();
			if (burst == null) {
				writeHeld();
			}
			else {
				burst.held = this;
			}
		}

		synchronized void writeHeld() throws IOException {
			if (this.held.size() > 0) {
				try {
					this.held.writeTo(this.out);
				}
				finally {
					this.held.reset();
				}
			}
			this.out.flush();
		}

	}

}
