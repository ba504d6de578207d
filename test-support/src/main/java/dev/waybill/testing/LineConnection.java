package dev.waybill.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One connection on a {@link BrokerLine}: decides what of that which one end says the
 * other hears, and when.
 */
final class LineConnection {

	private static final int CHUNK = 65536;

	private final BrokerLine line;

	private final Socket client;

	private final Socket broker;

	/** Bytes, as many as a network would have under way; then the client waits. */
	private final Semaphore room = new Semaphore(1 << 20);

	private volatile boolean swallows;

	LineConnection(BrokerLine line, Socket client, Socket broker) {
		this.line = line;
		this.client = client;
		this.broker = broker;
	}

	void start() {
		BlockingQueue<Said> questions = new LinkedBlockingQueue<>();
		BlockingQueue<Said> answers = new LinkedBlockingQueue<>();
		start(() -> hearClient(questions));
		start(() -> hearBroker(answers));
		start(() -> ask(questions));
		start(() -> answer(answers));
	}

	/** From now on neither end hears anything of the other. */
	void swallow() {
		this.swallows = true;
	}

	void end() {
		close(this.client);
		close(this.broker);
	}

	private void reset() {
		for (Socket socket : new Socket[] { this.client, this.broker }) {
			try {
				socket.setSoLinger(true, 0);
			}
			catch (IOException ex) {
				// ended already
			}
			close(socket);
		}
	}

	private void hearClient(BlockingQueue<Said> questions) {
		try {
			InputStream in = this.client.getInputStream();
			byte[] buffer = new byte[CHUNK];
			for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
				this.room.acquire(n);
				questions.add(new Said(Arrays.copyOf(buffer, n), System.nanoTime() + this.line.questionsLater()));
			}
		}
		catch (IOException ex) {
			// ended
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			questions.add(new Said(new byte[0], System.nanoTime() + this.line.questionsLater()));
		}
	}

	/** Hears all at once, so that what is under way does not delay what comes next. */
	private void hearBroker(BlockingQueue<Said> answers) {
		try {
			InputStream in = this.broker.getInputStream();
			byte[] buffer = new byte[CHUNK];
			for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
				answers.add(new Said(Arrays.copyOf(buffer, n), System.nanoTime() + this.line.answersLater()));
			}
		}
		catch (IOException ex) {
			// ended
		}
		finally {
			answers.add(new Said(new byte[0], System.nanoTime()));
		}
	}

	private void ask(BlockingQueue<Said> questions) {
		try {
			OutputStream out = this.broker.getOutputStream();
			for (Said next = questions.take(); next.bytes().length > 0; next = questions.take()) {
				TimeUnit.NANOSECONDS.sleep(next.due() - System.nanoTime());
				int length = next.bytes().length;
				int allowed = this.line.allowed(length);
				if (!this.swallows) {
					out.write(next.bytes(), 0, allowed);
				}
				if (allowed < length) {
					reset();
				}
				this.room.release(length);
			}
		}
		catch (IOException ex) {
			// ended
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			close(this.client);
			if (!this.swallows && !this.line.hidesEnds()) {
				close(this.broker);
			}
		}
	}

	private void answer(BlockingQueue<Said> answers) {
		try {
			OutputStream out = this.client.getOutputStream();
			for (Said next = answers.take(); next.bytes().length > 0; next = answers.take()) {
				TimeUnit.NANOSECONDS.sleep(next.due() - System.nanoTime());
				this.line.awaitRelease();
				if (!this.swallows) {
					out.write(next.bytes());
				}
			}
		}
		catch (IOException ex) {
			// ended
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			close(this.broker);
			if (!this.swallows) {
				close(this.client);
			}
		}
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// ended already
		}
	}

	static void start(Runnable task) {
		Thread thread = new Thread(task, "broker-line");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * What one end said at once; nothing at its end.
	 *
	 * @param bytes what it said
	 * @param due when the other may hear it, by {@link System#nanoTime()}
	 */
	private record Said(byte[] bytes, long due) {
	}

}
