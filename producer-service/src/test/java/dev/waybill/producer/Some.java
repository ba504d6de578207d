package dev.waybill.producer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import dev.waybill.producer.ledger.DeliveryLedger;

/** Messages and publications for tests, and what became of them. */
final class Some {

	private Some() {
	}

	static IncomingMessage message(String key, String body) {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		return new IncomingMessage(key, true, "text/plain", null, bytes);
	}

	/** One whose id we made. */
	static IncomingMessage messageWithoutKey(String id, String body) {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		return new IncomingMessage(id, false, "text/plain", null, bytes);
	}

	/** One that waits for a lane, with 5 s to its deadline. */
	static Publication publication(Heard heard) {
		return publication(heard, TimeUnit.SECONDS.toNanos(5), false);
	}

	static Publication publication(Heard heard, long nanosLeft, boolean unknownCopy) {
		long now = System.nanoTime();
		return new Publication(message("k", "body"), 1, now, now + nanosLeft, unknownCopy, heard, null);
	}

	/** In memory, with the usual patience. */
	static DeliveryLedger ledger() {
		return new DeliveryLedger.Builder(Duration.ofSeconds(90), Duration.ofSeconds(30), true).inMemory();
	}

	/** One that a lane has claimed. */
	static Publication claimed(Heard heard) {
		Publication publication = publication(heard);
		publication.claim();
		return publication;
	}

	/** Writes down what it is told. */
	static final class Heard implements Publication.Listener {

		private final List<Settlement> settled = new CopyOnWriteArrayList<>();

		private final List<Settlement> late = new CopyOnWriteArrayList<>();

		@Override
		public void settled(Publication publication, Settlement settlement) {
			this.settled.add(settlement);
		}

		@Override
		public void settledLate(Publication publication, Settlement settlement) {
			this.late.add(settlement);
		}

		List<Settlement> settled() {
			return new ArrayList<>(this.settled);
		}

		List<Settlement> late() {
			return new ArrayList<>(this.late);
		}

	}

}
