package dev.waybill.local;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * Decides what is started, in which order, and that it is stopped the other way round:
 * producer, consumer, broker.
 */
final class LocalStack implements AutoCloseable {

	private final StackOptions options;

	private final Deque<Part> running = new ArrayDeque<>();

	private boolean stopped;

	LocalStack(StackOptions options) {
		this.options = options;
	}

	/**
	 * Starts everything; the ports are known to be free.
	 */
	void start() {
		if (this.options.rabbitmq() == null) {
			step("broker", () -> EmbeddedBroker.start(this.options.brokerPort(), this.options.queue()));
		}
		// First the one who reads, so that the first message need not wait.
		step("consumer", () -> RunningService.consumer(properties(this.options.consumerPort())));
		step("producer", () -> RunningService.producer(properties(this.options.producerPort())));
	}

	/**
	 * Stops what has been started; what is being started now is waited for.
	 */
	@Override
	public synchronized void close() {
		this.stopped = true;
		while (!this.running.isEmpty()) {
			this.running.pop().stop();
		}
	}

	/** Whether it was stopped, be it before it had started. */
	synchronized boolean isStopped() {
		return this.stopped;
	}

	private synchronized void step(String name, Supplier<AutoCloseable> part) {
		if (!this.stopped) {
			this.running.push(new Part(name, part.get()));
		}
	}

	private List<String> properties(int port) {
		List<String> properties = new ArrayList<>();
		properties.add("--server.port=" + port);
		// As the broker: nobody else on the network can post to a demonstration.
		properties.add("--server.address=127.0.0.1");
		properties.add("--waybill.queue.name=" + this.options.queue().name());
		properties.add("--spring.main.banner-mode=off");
		properties.add("--spring.main.log-startup-info=false");
		// Otherwise the log ends before the services do.
		properties.add("--logging.register-shutdown-hook=false");
		String rabbitmq = this.options.rabbitmq();
		if (rabbitmq != null) {
			properties.add("--spring.rabbitmq.addresses=" + rabbitmq);
		}
		else {
			properties.add("--spring.rabbitmq.addresses=amqp://guest:guest@127.0.0.1:" + this.options.brokerPort());
			properties.add("--waybill.broker=demo");
		}
		return properties;
	}

	private record Part(String name, AutoCloseable closeable) {

		/** The others are stopped whatever happens to this one. */
		void stop() {
			System.out.println("Stopping the " + this.name);
			try {
				this.closeable.close();
			}
			catch (Exception ex) {
				System.out.println("The " + this.name + " did not stop cleanly: " + ex);
			}
		}

	}

}
