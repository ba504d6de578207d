package dev.waybill.producer;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;

import dev.waybill.contract.About;
import dev.waybill.contract.FailureLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Takes a message in, or says at once why not, and tells how its publish ended. */
final class MessagePublisher {

	private static final Logger logger = LoggerFactory.getLogger(MessagePublisher.class);

	private final EntryQueue entries;

	private final BrokerState state;

	private final KeyRegistry keys;

	private final ProducerMetrics metrics;

	private final Duration deadline;

	private final FailureLog failures;

	private final @Nullable PublishTraces traces;

	MessagePublisher(EntryQueue entries, BrokerState state, KeyRegistry keys, ProducerMetrics metrics,
			PublishSettings settings, FailureLog failures, @Nullable PublishTraces traces) {
		this.entries = entries;
		this.state = state;
		this.keys = keys;
		this.metrics = metrics;
		this.deadline = settings.deadline();
		this.failures = failures;
		this.traces = traces;
	}

	/** Why a message would be turned away whatever it is; null where it would not. */
	@Nullable Reason refusal() {
		return this.state.refusal();
	}

	/** Whether an earlier attempt with this key was, or may yet be, accepted. */
	boolean mayBeStored(String key) {
		return this.keys.mayBeStored(key);
	}

	/** Where failures are told. */
	FailureLog failures() {
		return this.failures;
	}

	/**
	 * Publishes a message.
	 * @param message what to publish
	 * @return how it ended, within the deadline; completed on a thread of the AMQP
	 * client, which must not be kept
	 */
	CompletableFuture<Answer> publish(IncomingMessage message) {
		return publish(message, false);
	}

	/**
	 * The same for one that may wait for a place in the queue, for half of its deadline
	 * at most: the caller reads slower for it.
	 */
	CompletableFuture<Answer> publishWithPatience(IncomingMessage message) {
		return publish(message, true);
	}

	private CompletableFuture<Answer> publish(IncomingMessage message, boolean patient) {
		long started = System.nanoTime();
		KeyRegistry.Claim claim = message.keyGiven() ? this.keys.claim(message) : KeyRegistry.Claim.FIRST;
		return switch (claim) {
			case REPLAY -> {
				this.metrics.replayed();
				yield CompletableFuture.completedFuture(new Answer(Settlement.ACCEPTED, true));
			}
			case IN_FLIGHT -> refused(Reason.KEY_IN_FLIGHT, started);
			case REUSED -> refused(Reason.KEY_REUSED, started);
			case FIRST, AGAIN -> publish(message, started, claim == KeyRegistry.Claim.AGAIN, patient);
		};
	}

	private CompletableFuture<Answer> refused(Reason reason, long started) {
		this.metrics.attempted();
		this.metrics.settled(Settlement.of(reason), started);
		return CompletableFuture.completedFuture(new Answer(Settlement.of(reason), false));
	}

	private CompletableFuture<Answer> publish(IncomingMessage message, long started, boolean unknownCopy,
			boolean patient) {
		this.metrics.attempted();
		CompletableFuture<Answer> answer = new CompletableFuture<>();
		long acceptedAt = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
		Publication publication = new Publication(message, acceptedAt, started, started + this.deadline.toNanos(),
				unknownCopy, new Answering(answer), (this.traces != null) ? this.traces.of(message) : null);
		Reason refusal = this.state.refusal();
		if (refusal != null) {
			publication.withdraw(refusal);
		}
		else if (!(patient ? offer(publication) : this.entries.offer(publication))) {
			publication.withdraw(Reason.OVERLOADED);
		}
		return answer;
	}

	private boolean offer(Publication publication) {
		try {
			return this.entries.offer(publication, this.deadline.toNanos() / 2);
		}
		catch (InterruptedException ex) { // the server stops
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * What a request is answered.
	 *
	 * @param settlement how the publish ended
	 * @param replayed whether it is the answer of an earlier request
	 */
	record Answer(Settlement settlement, boolean replayed) {
	}

	private final class Answering implements Publication.Listener {

		private final CompletableFuture<Answer> answer;

		Answering(CompletableFuture<Answer> answer) {
			this.answer = answer;
		}

		@Override
		public void settled(Publication publication, Settlement settlement) {
			// Before the answer: a client that has it may come again with the key at
			// once.
			MessagePublisher.this.keys.settled(publication.message(), settlement);
			PublishTrace trace = publication.trace();
			if (trace == null) {
				measure(publication, settlement);
			}
			else {
				trace.settled(settlement, () -> measure(publication, settlement));
			}
			if (settlement.reason() != null) {
				tell(publication, settlement.outcome(), settlement.reason());
			}
			this.answer.complete(new Answer(settlement, false));
		}

		private void tell(Publication publication, Outcome outcome, Reason reason) {
			Copy copy = publication.copy();
			PublishTrace trace = publication.trace();
			About about = new About(publication.message().messageId(), (copy != null) ? copy.source() : null,
					(copy != null) ? copy.sequence() : null, (trace != null) ? trace.traceId() : null);
			MessagePublisher.this.failures.tell(logger, Level.WARN, reason.text(), about,
					() -> "A message was not accepted: " + outcome.text() + ", " + reason.text());
		}

		private void measure(Publication publication, Settlement settlement) {
			MessagePublisher.this.metrics.settled(settlement, publication.startedNanos());
		}

		@Override
		public void settledLate(Publication publication, Settlement settlement) {
			MessagePublisher.this.keys.settledLate(publication.message(), settlement);
			MessagePublisher.this.metrics.settledLate(settlement);
		}

	}

}
