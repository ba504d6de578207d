package dev.waybill.producer;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import dev.waybill.contract.ContentDigest;
import dev.waybill.contract.RecentWindow;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Decides what a request with an Idempotency-Key is: the first of its message, a repeat,
 * or a mistake.
 * <p>
 * Accepted is remembered as an answer; rejected frees the key; unknown keeps it. Keys in
 * flight are never evicted: entry queue and windows bound them.
 */
final class KeyRegistry {

	private final Map<String, ContentDigest> inFlight = new HashMap<>();

	/** Keys in flight whose message a consumer had before the broker's word came. */
	private final Set<String> reported = new HashSet<>();

	private final RecentWindow<Remembered> remembered;

	KeyRegistry(Settings settings) {
		this.remembered = new RecentWindow<>(settings.maxKeys(), settings.window());
	}

	/** Takes the key of a request that is about to be published, unless it may not be. */
	synchronized Claim claim(IncomingMessage message) {
		ContentDigest current = this.inFlight.get(message.messageId());
		Remembered earlier = this.remembered.get(message.messageId());
		ContentDigest digest = (current != null) ? current : (earlier != null) ? earlier.digest() : null;
		if (digest != null && !digest.equals(message.digest())) {
			return Claim.REUSED;
		}
		if (earlier != null && earlier.accepted()) {
			return Claim.REPLAY;
		}
		if (current != null) {
			return Claim.IN_FLIGHT;
		}
		this.inFlight.put(message.messageId(), message.digest());
		return (earlier != null) ? Claim.AGAIN : Claim.FIRST;
	}

	/** Notes how the attempt that held the key ended. */
	synchronized void settled(IncomingMessage message, Settlement settlement) {
		boolean stored = false;
		if (message.keyGiven()) {
			this.inFlight.remove(message.messageId());
			stored = this.reported.remove(message.messageId());
		}
		note(message, (stored && settlement.outcome() == Outcome.UNKNOWN) ? Outcome.ACCEPTED : settlement.outcome());
	}

	/** Notes what the broker said after the answer, which was unknown. */
	synchronized void settledLate(IncomingMessage message, Settlement settlement) {
		Remembered earlier = this.remembered.get(message.messageId());
		if (earlier == null || earlier.accepted() || !earlier.digest().equals(message.digest())) {
			return;
		}
		if (settlement.outcome() == Outcome.ACCEPTED) {
			note(message, Outcome.ACCEPTED);
		}
		else if (settlement.outcome() == Outcome.REJECTED && earlier.attempts() == 1) {
			this.remembered.remove(message.messageId());
		}
	}

	/** Notes that a consumer had the message: it is stored, whatever the broker says. */
	synchronized void reported(String key) {
		Remembered earlier = this.remembered.get(key);
		if (earlier != null && !earlier.accepted()) {
			this.remembered.put(key, new Remembered(earlier.digest(), true, 0));
		}
		else if (this.inFlight.containsKey(key)) {
			this.reported.add(key);
		}
	}

	/** Whether an attempt with this key was, or may yet be, accepted. */
	synchronized boolean mayBeStored(String key) {
		return this.inFlight.containsKey(key) || this.remembered.get(key) != null;
	}

	/** How far back answers are really remembered. */
	Duration age() {
		return this.remembered.age();
	}

	private void note(IncomingMessage message, Outcome outcome) {
		Remembered earlier = this.remembered.get(message.messageId());
		// A key that we made is known to a client only by a problem that is unknown.
		if (outcome == Outcome.ACCEPTED && (message.keyGiven() || earlier != null)) {
			ContentDigest digest = (earlier != null) ? earlier.digest() : message.digest();
			this.remembered.put(message.messageId(), new Remembered(digest, true, 0));
		}
		// A late confirm of an earlier attempt may have come first; it stands.
		else if (outcome == Outcome.UNKNOWN && (earlier == null || !earlier.accepted())) {
			int attempts = (earlier != null) ? earlier.attempts() + 1 : 1;
			this.remembered.put(message.messageId(), new Remembered(message.digest(), false, attempts));
		}
	}

	/** What a request with a key is. */
	enum Claim {

		/** The key is new, or free again. */
		FIRST,

		/** An earlier attempt is unknown: it is published again under the same id. */
		AGAIN,

		/** It was accepted before: the answer is replayed. */
		REPLAY,

		/** An earlier attempt is not settled yet. */
		IN_FLIGHT,

		/** The key belongs to a message with another content. */
		REUSED

	}

	/**
	 * How long keys are remembered.
	 *
	 * @param window how long, 1 s to 24 h
	 * @param maxKeys how many, 1 to 10,000,000
	 */
	@ConfigurationProperties("waybill.idempotency")
	record Settings(@DefaultValue("10m") Duration window, @DefaultValue("100000") int maxKeys) {

		Settings {
			if (window.toSeconds() < 1 || window.compareTo(Duration.ofHours(24)) > 0) {
				throw new IllegalArgumentException(
						"waybill.idempotency.window is " + window + "; allowed is 1s to 24h");
			}
			if (maxKeys < 1 || maxKeys > 10_000_000) {
				throw new IllegalArgumentException(
						"waybill.idempotency.max-keys is " + maxKeys + "; allowed is 1 to 10000000");
			}
		}

	}

	/**
	 * What is known of a key.
	 *
	 * @param digest of the content that it belongs to
	 * @param accepted whether the answer is known; unknown otherwise
	 * @param attempts how many attempts are unknown: what the broker says late of one of
	 * several says nothing of the others
	 */
	private record Remembered(ContentDigest digest, boolean accepted, int attempts) {
	}

}
