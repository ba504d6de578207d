package dev.waybill.pair;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import dev.waybill.pair.Load.Sent;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.VirtualHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/**
 * A test that breaks the broker under the services: one producer with a ledger file and
 * one consumer, which serve before the fault, go on through it, and serve after it.
 */
abstract class BrokerFaultTest extends FaultTest {

	static final Duration SOON = Duration.ofSeconds(60);

	static final Duration SETTLE = Duration.ofSeconds(120);

	static final int PER_SECOND = 300;

	private final AtomicBoolean goOn = new AtomicBoolean(true);

	private @Nullable Fleet fleet;

	private @Nullable Load load;

	/** The services, on this virtual host; each may be told more. */
	Fleet fleet(VirtualHost host, String[] producer, String[] consumer) {
		Fleet begun = new Fleet(host);
		this.fleet = begun;
		// Who declares the queues leads them, where there are several nodes.
		begun.consumer(consumer);
		begun.ready();
		this.load = new Load(begun.producerWithFile("p", producer));
		return begun.ready();
	}

	Fleet fleet(VirtualHost host) {
		return fleet(host, new String[0], new String[0]);
	}

	Load load() {
		return Objects.requireNonNull(this.load);
	}

	@AfterEach
	void end() {
		this.goOn.set(false);
		if (this.fleet != null) {
			this.fleet.close();
		}
	}

	/** Breaks something under load, and judges what came of it. */
	void underLoad(String name, Fault fault) throws Exception {
		load().send("warm", 500, 500);
		try (Oracle oracle = new Oracle(name, seed(), Objects.requireNonNull(this.fleet), load())) {
			CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
				try {
					load().run("k", PER_SECOND, this.goOn::get);
				}
				catch (InterruptedException ex) {
					throw new CompletionException(ex);
				}
			});
			acceptsMore(500);
			fault.happen(oracle);
			acceptsMore(500);
			this.goOn.set(false);
			sending.join();
			oracle.verdict(SETTLE);
		}
	}

	void acceptsMore(int more) {
		int before = load().accepted.size();
		Eventually.within(SOON, () -> load().accepted.size() > before + more);
	}

	/** Waits until so many more were not accepted. */
	void refusesMore(int more) {
		int before = refused();
		Eventually.within(SOON, () -> refused() > before + more);
	}

	private int refused() {
		return load().rejected.size() + load().unknown.size();
	}

	/** What was sent and accepted between two times. */
	Set<String> acceptedOf(long from, long to) {
		return load().sent.stream()
			.filter((one) -> one.isAccepted() && one.begun() >= from && one.ended() <= to)
			.map(Sent::id)
			.collect(Collectors.toSet());
	}

	/** What is done to the broker; returns when it is as before. */
	interface Fault {

		void happen(Oracle oracle) throws Exception;

	}

}
