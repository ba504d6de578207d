package dev.waybill.producer;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

/** What a client knows of its messages: the ids of which each outcome was answered. */
final class Book {

	private final Set<String> accepted = ConcurrentHashMap.newKeySet();

	private final Set<String> rejected = ConcurrentHashMap.newKeySet();

	private final Set<String> unknown = ConcurrentHashMap.newKeySet();

	private final AtomicLong acceptedAnswers = new AtomicLong();

	/** Notes an answer, which must have one of the three outcomes. */
	void note(Answer answer, String keySent) {
		String id = answer.messageId().isEmpty() ? keySent : answer.messageId();
		switch (answer.outcome()) {
			case "accepted" -> {
				assertThat(answer.status()).isEqualTo(202);
				assertThat(id).isNotEmpty();
				this.accepted.add(id);
				if (answer.header("Idempotency-Replayed") == null) {
					this.acceptedAnswers.incrementAndGet();
				}
			}
			case "rejected" -> this.rejected.add(id);
			case "unknown" -> this.unknown.add(id);
			default -> throw new AssertionError("an answer without outcome: " + answer);
		}
	}

	Set<String> accepted() {
		return this.accepted;
	}

	Set<String> unknown() {
		return this.unknown;
	}

	/** Answers of 202 that were no replays. */
	long acceptedAnswers() {
		return this.acceptedAnswers.get();
	}

	/** Compares with what is found in the queue. */
	void compare(Collection<String> found) {
		assertThat(found).as("every accepted message is there").containsAll(this.accepted);
		Set<String> explained = new HashSet<>(this.accepted);
		explained.addAll(this.unknown);
		assertThat(explained).as("what is there was accepted or unknown").containsAll(found);
		Set<String> onlyRejected = new HashSet<>(this.rejected);
		onlyRejected.removeAll(explained);
		assertThat(found).as("nothing rejected is there").doesNotContainAnyElementsOf(withNothing(onlyRejected));
	}

	/** AssertJ takes no empty set here. */
	private static Set<String> withNothing(Set<String> ids) {
		ids.add("");
		return ids;
	}

}
