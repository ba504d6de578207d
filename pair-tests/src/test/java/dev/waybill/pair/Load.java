package dev.waybill.pair;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Clients that send messages at a rate, each once, and the list of what they were
 * answered: the outside's word, which the service has no part in.
 */
final class Load {

	final Set<String> accepted = ConcurrentHashMap.newKeySet();

	final Set<String> rejected = ConcurrentHashMap.newKeySet();

	/** Answered so, or not answered at all. */
	final Set<String> unknown = ConcurrentHashMap.newKeySet();

	final AtomicLong slowestMillis = new AtomicLong();

	private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

	private final URI target;

	Load(URI target) {
		this.target = target;
	}

	/** Sends for as long as this says so; returns when all is answered. */
	void run(String prefix, int perSecond, BooleanSupplier goOn) throws InterruptedException {
		ExecutorService clients = Executors.newFixedThreadPool(32);
		long start = System.nanoTime();
		for (long i = 0; goOn.getAsBoolean(); i++) {
			long due = start + i * TimeUnit.SECONDS.toNanos(1) / perSecond;
			TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
			String id = prefix + i;
			clients.execute(() -> send(id));
		}
		clients.shutdown();
		if (!clients.awaitTermination(60, TimeUnit.SECONDS)) {
			throw new IllegalStateException("clients still wait for answers");
		}
	}

	private void send(String id) {
		long begun = System.nanoTime();
		HttpRequest request = HttpRequest.newBuilder(this.target)
			.timeout(Duration.ofSeconds(20))
			.header("Idempotency-Key", id)
			.POST(BodyPublishers.ofString("message " + id))
			.build();
		try {
			String answer = this.http.send(request, BodyHandlers.ofString()).body();
			Set<String> outcome = answer.contains("\"outcome\":\"accepted\"") ? this.accepted
					: answer.contains("\"outcome\":\"rejected\"") ? this.rejected : this.unknown;
			outcome.add(id);
		}
		catch (IOException ex) {
			this.unknown.add(id);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.slowestMillis.accumulateAndGet(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun), Math::max);
	}

}
