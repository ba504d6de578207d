package dev.waybill.pair;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import dev.waybill.testing.Eventually;
import org.jspecify.annotations.Nullable;

/**
 * Clients that send messages, each once, and the list of what they were answered: the
 * outside's word, which the service has no part in.
 */
final class Load {

	final Set<String> accepted = ConcurrentHashMap.newKeySet();

	final Set<String> rejected = ConcurrentHashMap.newKeySet();

	/** Answered so, or not answered at all. */
	final Set<String> unknown = ConcurrentHashMap.newKeySet();

	final AtomicLong slowestMillis = new AtomicLong();

	/** Each request, in the order of the answers. */
	final Queue<Sent> sent = new ConcurrentLinkedQueue<>();

	private final @Nullable Service producer;

	private final Supplier<URI> target;

	private final UnaryOperator<String> body;

	Load(URI target) {
		this(null, () -> target, (id) -> "message " + id);
	}

	Load(Service producer) {
		this(producer, (id) -> "message " + id);
	}

	/** With the body of each message by its id. */
	Load(Service producer, UnaryOperator<String> body) {
		this(producer, () -> producer.uri("/messages"), body);
	}

	private Load(@Nullable Service producer, Supplier<URI> target, UnaryOperator<String> body) {
		this.producer = producer;
		this.target = target;
		this.body = body;
	}

	/** Whether it is sent to this one. */
	boolean goesTo(Service producer) {
		return this.producer == producer;
	}

	/** Sends for as long as this says so; returns when all is answered. */
	void run(String prefix, int perSecond, BooleanSupplier goOn) throws InterruptedException {
		run(prefix, perSecond, 32, goOn);
	}

	/** The same by so many clients, who may wait for an answer at the same time. */
	void run(String prefix, int perSecond, int clients, BooleanSupplier goOn) throws InterruptedException {
		long start = System.nanoTime();
		AtomicLong next = new AtomicLong();
		clients(clients, (client) -> {
			while (goOn.getAsBoolean()) {
				long i = next.getAndIncrement();
				client.sendAt(start + i * TimeUnit.SECONDS.toNanos(1) / perSecond, prefix + i);
			}
		});
	}

	/** Sends so many, at most so many a second; returns when all is answered. */
	void send(String prefix, long count, int perSecond) throws InterruptedException {
		send(prefix, count, perSecond, 24);
	}

	/** The same by so many clients, who may wait for an answer at the same time. */
	void send(String prefix, long count, int perSecond, int clients) throws InterruptedException {
		long start = System.nanoTime();
		AtomicLong next = new AtomicLong();
		clients(clients, (client) -> {
			for (long i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
				client.sendAt(start + i * TimeUnit.SECONDS.toNanos(1) / perSecond, prefix + i);
			}
		});
	}

	/** Sends so many as fast as it goes; returns when all is answered. */
	void send(String prefix, long count) throws InterruptedException {
		send(prefix, count, 1_000_000);
	}

	/** The same, meanwhile. */
	CompletableFuture<Void> sending(String prefix, long count, int perSecond) {
		return meanwhile(() -> send(prefix, count, perSecond));
	}

	/** The same by so many clients. */
	CompletableFuture<Void> sending(String prefix, long count, int perSecond, int clients) {
		return meanwhile(() -> send(prefix, count, perSecond, clients));
	}

	/** Sends for as long as this says so, meanwhile. */
	CompletableFuture<Void> running(String prefix, int perSecond, int clients, BooleanSupplier goOn) {
		return meanwhile(() -> run(prefix, perSecond, clients, goOn));
	}

	private static CompletableFuture<Void> meanwhile(Oracle.Step sending) {
		return CompletableFuture.runAsync(() -> {
			try {
				sending.run();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}, (task) -> {
			Thread thread = new Thread(task, "load");
			thread.setDaemon(true);
			thread.start();
		});
	}

	/** Waits until so many more are accepted. */
	void awaitAccepted(int more) {
		int before = this.accepted.size();
		Eventually.within(Duration.ofSeconds(60), () -> this.accepted.size() >= before + more);
	}

	/** Sends one and gives the answer; null where there was none. */
	@Nullable String post(String id, String text) {
		try (Client client = new Client()) {
			return client.send(System.nanoTime(), id, text);
		}
	}

	/**
	 * Notes a request that was sent by other means, which the service counts as an
	 * attempt.
	 * @param begun when it was sent, by {@link System#nanoTime()}
	 * @param answer what was said of this message, or null where nothing was
	 */
	void note(String id, long begun, @Nullable String answer) {
		((answer != null) ? outcome(answer) : this.unknown).add(id);
		this.sent.add(new Sent(id, begun, begun, System.nanoTime(), answer));
	}

	/** Notes such a request whose client did not wait for the answer. */
	void left(String id) {
		note(id, System.nanoTime(), "nobody was there");
	}

	/** The same as {@link #run}, meanwhile. */
	CompletableFuture<Void> running(String prefix, int perSecond, BooleanSupplier goOn) {
		return meanwhile(() -> run(prefix, perSecond, goOn));
	}

	/** Where the id of a message with such an answer belongs. */
	Set<String> outcome(String answer) {
		return answer.contains("\"outcome\":\"accepted\"") ? this.accepted
				: answer.contains("\"outcome\":\"rejected\"") ? this.rejected : this.unknown;
	}

	private void clients(int count, Work work) throws InterruptedException {
		ExecutorService clients = Executors.newFixedThreadPool(count);
		for (int i = 0; i < count; i++) {
			clients.execute(() -> {
				try (Client client = new Client()) {
					work.by(client);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
		}
		clients.shutdown();
		if (!clients.awaitTermination(1, TimeUnit.HOURS)) {
			throw new IllegalStateException("clients still wait for answers");
		}
	}

	/**
	 * One request; all times by {@link System#nanoTime()}.
	 *
	 * @param id the message's
	 * @param due when it was meant to be sent
	 * @param begun when it was sent
	 * @param ended when the answer was there, or the connection gone
	 * @param answer the body of the answer, or null where there was none
	 */
	record Sent(String id, long due, long begun, long ended, @Nullable String answer) {

		boolean isAccepted() {
			return isAnswered("accepted");
		}

		/** Whether it was answered with this outcome. */
		boolean isAnswered(String outcome) {
			return this.answer != null && this.answer.contains("\"outcome\":\"" + outcome + "\"");
		}

		/** Whether nothing is known of what it was answered. */
		boolean isUnanswered() {
			return this.answer == null || !this.answer.contains("\"outcome\":");
		}

	}

	private interface Work {

		void by(Client client) throws InterruptedException;

	}

	/** One client, who opens a new connection where the last one broke. */
	private final class Client implements AutoCloseable {

		private @Nullable KeptConnection connection;

		void sendAt(long due, String id) throws InterruptedException {
			TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
			send(due, id, Load.this.body.apply(id));
		}

		@Nullable String send(long due, String id, String text) {
			long begun = System.nanoTime();
			String answer = null;
			try {
				KeptConnection current = this.connection;
				if (current == null || !current.isOpen()) {
					close();
					current = new KeptConnection(Load.this.target.get());
					this.connection = current;
				}
				answer = current.post(id, text);
				outcome(answer).add(id);
				return answer;
			}
			catch (IOException | IllegalStateException ex) {
				Load.this.unknown.add(id);
				close();
				pause();
				return null;
			}
			finally {
				long end = System.nanoTime();
				Load.this.sent.add(new Sent(id, due, begun, end, answer));
				Load.this.slowestMillis.accumulateAndGet(TimeUnit.NANOSECONDS.toMillis(end - begun), Math::max);
			}
		}

		/** Nobody is there: no reason to ask a thousand times a second. */
		private static void pause() {
			try {
				Thread.sleep(50);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public void close() {
			try {
				KeptConnection current = this.connection;
				if (current != null) {
					current.close();
				}
			}
			catch (IOException ex) {
				// closed all the same
			}
			this.connection = null;
		}

	}

}
