package dev.waybill.pair;

import java.util.concurrent.atomic.AtomicInteger;

/** Starts a consumer again whenever it has ended, as whoever runs services does. */
final class Supervisor implements AutoCloseable {

	private final AtomicInteger starts = new AtomicInteger();

	private final Thread thread;

	private volatile boolean closed;

	Supervisor(Service consumer, Oracle oracle) {
		this.thread = new Thread(() -> watch(consumer, oracle), "supervisor");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	private void watch(Service consumer, Oracle oracle) {
		while (!this.closed) {
			try {
				Thread.sleep(100);
				if (!consumer.process().isAlive() && !this.closed) {
					oracle.consumersLost(1);
					consumer.begin();
					this.starts.incrementAndGet();
				}
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	/** How often it had to. */
	int starts() {
		return this.starts.get();
	}

	/** From now on what ends has ended. */
	void end() {
		this.closed = true;
		this.thread.interrupt();
		try {
			this.thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		end();
	}

}
