package dev.waybill.producer;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import com.rabbitmq.client.GetResponse;
import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Each outcome of the HTTP table, provoked on a line that can be held and cut. */
@NeedsRabbitMq
class OutcomeIntegrationTests {

	private static VirtualHost host;

	private static BrokerLine line;

	/** A small service: 3 on the wire, 4 in the queue, 3 s to the deadline, 2 MiB. */
	private static RunningProducer producer;

	@BeforeAll
	static void start() {
		host = RabbitBroker.shared().newVirtualHost();
		line = new BrokerLine(host);
		producer = RunningProducer.at(line.uri(), "--waybill.publish.window=3", "--waybill.publish.entry-queue=4",
				"--waybill.publish.deadline=3s", "--waybill.publish.entry-bytes=2MB");
		producer.post("warm");
		producer.settleUp(host);
	}

	@AfterAll
	static void stop() {
		producer.close();
		line.close();
	}

	@AfterEach
	void theBooksBalance() {
		line.release();
		line.mend();
		producer.awaitLanes(Duration.ofSeconds(10));
		Eventually.within(Duration.ofSeconds(10), () -> producer.scrape().sum("waybill_publish_unconfirmed") == 0);
		producer.settleUp(host);
	}

	@Test
	void everyOutcomeIsExportedFromTheStart() {
		try (RunningProducer fresh = RunningProducer.on(host, "--waybill.instance=fresh")) {
			Scrape scrape = fresh.scrape();
			assertThat(scrape.attempts()).isZero();
			for (Outcome outcome : Outcome.values()) {
				String label = "outcome=\"" + outcome.text() + "\"";
				assertThat(scrape.sum("waybill_publish_seconds_count", label)).isZero();
				assertThat(scrape.sum("waybill_publish_seconds_sum", label)).isZero();
				assertThat(scrape.sum("waybill_publish_seconds_bucket", label)).isZero();
				assertThat(scrape.sum("waybill_publish_late_total", label)).isZero();
			}
			for (Reason reason : Reason.values()) {
				for (Outcome outcome : List.of(Outcome.REJECTED, Outcome.UNKNOWN)) {
					assertThat(scrape.sum("waybill_publish_problems_total", "reason=\"" + reason.text() + "\"",
							"outcome=\"" + outcome.text() + "\""))
						.isZero();
				}
			}
			assertThat(scrape.sum("waybill_publish_replayed_total")).isZero();
			assertThat(scrape.sum("waybill_publish_republished_total")).isZero();
			assertThat(scrape.sum("waybill_publish_unconfirmed")).isZero();
			assertThat(scrape.sum("waybill_publish_unconfirmed_age_seconds")).isZero();
			assertThat(scrape.sum("waybill_idempotency_window_age_seconds")).isZero();
			assertThat(scrape.sum("waybill_broker_connected")).isEqualTo(1);
			assertThat(scrape.sum("waybill_lanes_alive")).isEqualTo(1);
			assertThat(scrape.laneStarts()).isEqualTo(1);
		}
	}

	@Test
	void unroutableWhereTheQueueIsGone() {
		long starts = producer.scrape().laneStarts();
		host.onChannel((channel) -> channel.queueDelete("hello"));
		try {
			List<CompletableFuture<Answer>> answers = IntStream.range(0, 4)
				.mapToObj((i) -> producer.postAsync("x"))
				.toList();
			answers.forEach((answer) -> assertRejected(answer.join(), 503, "unroutable"));
			Answer keyed = producer.post("x", "Idempotency-Key", "unroutable");
			assertRejected(keyed, 503, "unroutable");
			assertThat(keyed.messageId()).isEqualTo("unroutable");
		}
		finally {
			new QueueOfContract().declare(host);
		}
		assertThat(producer.post("another", "Idempotency-Key", "unroutable").status()).as("the key is free")
			.isEqualTo(202);
		assertThat(producer.scrape().laneStarts()).isEqualTo(starts);
	}

	@Test
	void nackedWhereTheQueueIsFull() {
		host.policy("full", "^hello$", Map.of("max-length", 1));
		try {
			Eventually.within(Duration.ofSeconds(10), () -> producer.post("x").reason().equals("nacked"));
			Answer answer = producer.post("x", "Idempotency-Key", "nacked");
			assertRejected(answer, 503, "nacked");
		}
		finally {
			host.removePolicy("full");
		}
		assertThat(producer.scrape().problems(Reason.NACKED)).isGreaterThanOrEqualTo(2);
		Eventually.within(Duration.ofSeconds(10),
				() -> producer.post("other", "Idempotency-Key", "nacked").status() == 202);
	}

	@Test
	void unknownWhereTheConfirmIsLateAndSettledWhenItComes() {
		double late = late(Outcome.ACCEPTED);
		line.hold();
		Answer first = producer.post("x", "Idempotency-Key", "late");
		assertUnknown(first, 504, "confirm-timeout");
		assertThat(first.millis()).isBetween(2990L, 3700L);
		assertThat(first.messageId()).isEqualTo("late");
		assertThat(producer.scrape().sum("waybill_publish_unconfirmed")).isEqualTo(1);
		line.release();
		Eventually.within(Duration.ofSeconds(5), () -> late(Outcome.ACCEPTED) == late + 1);
		Answer again = producer.post("x", "Idempotency-Key", "late");
		assertThat(again.status()).isEqualTo(202);
		assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
		assertThat(producer.settleUp(host)).hasSize(1);
	}

	@Test
	void unknownAndSentAgainBeforeTheConfirmIsAnHonestDuplicate() throws Exception {
		line.hold();
		assertUnknown(producer.post("x", "Idempotency-Key", "twice"), 504, "confirm-timeout");
		CompletableFuture<Answer> again = producer.postAsync("x", "Idempotency-Key", "twice");
		Eventually.within(Duration.ofMillis(2500), () -> producer.scrape().sum("waybill_publish_unconfirmed") == 2);
		line.release();
		assertThat(again.join().status()).isEqualTo(202);
		assertThat(again.join().header("Idempotency-Replayed")).isNull();
		List<GetResponse> found = producer.settleUp(host);
		assertThat(found).extracting((one) -> one.getProps().getMessageId()).containsExactly("twice", "twice");
		assertThat(found).extracting((one) -> one.getProps().getHeaders().get("waybill-sequence"))
			.doesNotHaveDuplicates();
		assertThat(found).extracting((one) -> one.getProps().getHeaders().get("waybill-retry"))
			.containsExactly(null, true);
	}

	@Test
	void anIdThatWeMadeIsAKeyOnceItIsUnknown() {
		line.hold();
		Answer first = producer.post("x");
		assertUnknown(first, 504, "confirm-timeout");
		line.release();
		Eventually.within(Duration.ofSeconds(5), () -> producer.scrape().sum("waybill_publish_unconfirmed") == 0);
		Answer again = producer.post("x", "Idempotency-Key", first.messageId());
		// The client library adds no Content-Type, so the content is the same.
		assertThat(again.status()).isEqualTo(202);
		assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
		assertRejectedForGood(producer.post("y", "Idempotency-Key", first.messageId()), 422, "key-reused");
	}

	@Test
	void aLateRefusalFreesTheKey() {
		host.policy("full", "^hello$", Map.of("max-length", 1));
		try {
			Eventually.within(Duration.ofSeconds(10), () -> producer.post("x").reason().equals("nacked"));
			double late = late(Outcome.REJECTED);
			line.hold();
			assertUnknown(producer.post("x", "Idempotency-Key", "late-nack"), 504, "confirm-timeout");
			line.release();
			Eventually.within(Duration.ofSeconds(5), () -> late(Outcome.REJECTED) == late + 1);
			assertRejected(producer.post("other", "Idempotency-Key", "late-nack"), 503, "nacked");
		}
		finally {
			host.removePolicy("full");
		}
	}

	@Test
	void conflictWhileTheKeyIsInFlight() {
		line.hold();
		CompletableFuture<Answer> first = producer.postAsync("x", "Idempotency-Key", "busy");
		Eventually.within(Duration.ofMillis(2500), () -> producer.scrape().inFlight() == 1);
		Answer second = producer.post("x", "Idempotency-Key", "busy");
		assertUnknown(second, 409, "key-in-flight");
		assertThat(second.messageId()).isEqualTo("busy");
		assertRejectedForGood(producer.post("y", "Idempotency-Key", "busy"), 422, "key-reused");
		line.release();
		assertThat(first.join().status()).isEqualTo(202);
		Answer third = producer.post("x", "Idempotency-Key", "\"busy\"");
		assertThat(third.status()).isEqualTo(202);
		assertThat(third.header("Idempotency-Replayed")).isEqualTo("true");
		assertThat(third.messageId()).isEqualTo("busy");
		assertRejectedForGood(producer.post("x", "Idempotency-Key", "busy", "Content-Type", "text/other"), 422,
				"key-reused");
		assertThat(producer.settleUp(host)).hasSize(1);
	}

	@Test
	void oneHundredAtOnceWithOneKeyAreOneMessage() {
		List<CompletableFuture<Answer>> answers = IntStream.range(0, 100)
			.mapToObj((i) -> producer.postAsync("x", "Idempotency-Key", "hundred"))
			.toList();
		List<Answer> all = answers.stream().map(CompletableFuture::join).toList();
		assertThat(all).allSatisfy((one) -> assertThat(one.status()).isIn(202, 409));
		assertThat(all).filteredOn((one) -> one.status() == 202 && one.header("Idempotency-Replayed") == null)
			.hasSize(1);
		assertThat(producer.settleUp(host)).hasSize(1);
	}

	@Test
	void aFullEntryQueueTurnsAwayAtOnce() {
		line.hold();
		List<CompletableFuture<Answer>> seven = new ArrayList<>();
		IntStream.range(0, 3).forEach((i) -> seven.add(producer.postAsync("x")));
		Eventually.within(Duration.ofMillis(2500), () -> producer.scrape().sum("waybill_publish_unconfirmed") == 3);
		IntStream.range(0, 4).forEach((i) -> seven.add(producer.postAsync("x")));
		Eventually.within(Duration.ofMillis(2500), () -> producer.scrape().sum("waybill_entry_messages") == 4);
		Answer eighth = producer.post("x");
		assertRejected(eighth, 429, "overloaded");
		assertThat(eighth.millis()).isLessThan(500);
		List<Answer> all = seven.stream().map(CompletableFuture::join).toList();
		assertThat(all).filteredOn((one) -> one.reason().equals("confirm-timeout")).hasSize(3);
		assertThat(all).filteredOn((one) -> one.reason().equals("overloaded") && one.outcome().equals("rejected"))
			.hasSize(4);
		assertThat(all).allSatisfy((one) -> assertThat(one.millis()).isLessThan(3700));
		line.release();
		Eventually.within(Duration.ofSeconds(5), () -> producer.scrape().sum("waybill_publish_unconfirmed") == 0);
		assertThat(producer.settleUp(host)).as("what was withdrawn is never published").hasSize(3);
	}

	@Test
	void aSpentByteBudgetTurnsAwayAtOnceAndIsHonestOfWhatItDoesNotKnow() {
		assertThat(producer.post("small", "Idempotency-Key", "stored").status()).isEqualTo(202);
		line.hold();
		List<CompletableFuture<Answer>> two = IntStream.range(0, 2)
			.mapToObj((i) -> producer.postAsync(BodyPublishers.ofByteArray(RunningProducer.bytes(1024 * 1024)),
					"Content-Type", "image/png"))
			.toList();
		Eventually.within(Duration.ofMillis(2500),
				() -> producer.scrape().sum("waybill_entry_bytes") == 2 * 1024 * 1024);
		assertRejected(producer.post("x", "Idempotency-Key", "new"), 429, "overloaded");
		Answer stored = producer.post("small", "Idempotency-Key", "stored");
		assertThat(stored.status()).isEqualTo(429);
		assertThat(stored.outcome()).as("it is stored").isEqualTo("unknown");
		assertRejectedForGood(producer.post(RunningProducer.bytes(1024 * 1024 + 1)), 413, "too-large");
		line.release();
		two.forEach((one) -> assertThat(one.join().status()).isEqualTo(202));
	}

	@Test
	void aBodyThatSaysNoLengthTakesTheBytesThatHaveCome() {
		CountDownLatch lastBytes = new CountDownLatch(1);
		List<CompletableFuture<Answer>> slow = IntStream.range(0, 2)
			.mapToObj((i) -> producer
				.postAsync(RunningProducer.keptBackInChunks(RunningProducer.bytes(40_000), lastBytes)))
			.toList();
		Eventually.within(Duration.ofMillis(2500), () -> producer.scrape().sum("waybill_entry_bytes") >= 2 * 10_000);
		assertThat(producer.post(RunningProducer.bytes(1024 * 1024)).status()).isEqualTo(202);
		lastBytes.countDown();
		slow.forEach((one) -> assertThat(one.join().status()).isEqualTo(202));
	}

	@Test
	void publishesOnceMoreWhenItsChannelDies() {
		double republished = producer.scrape().sum("waybill_publish_republished_total");
		long starts = producer.scrape().laneStarts();
		line.hold();
		List<CompletableFuture<Answer>> answers = IntStream.range(0, 3)
			.mapToObj((i) -> producer.postAsync("x", "Idempotency-Key", "cut-" + i))
			.toList();
		Eventually.within(Duration.ofMillis(2500), () -> producer.scrape().sum("waybill_publish_unconfirmed") == 3);
		line.cut();
		line.mend();
		answers.forEach((one) -> assertThat(one.join().status()).isEqualTo(202));
		Scrape scrape = producer.scrape();
		assertThat(scrape.sum("waybill_publish_republished_total")).isEqualTo(republished + 3);
		assertThat(scrape.laneStarts()).isEqualTo(starts + 1);
		List<GetResponse> found = producer.settleUp(host);
		List<GetResponse> again = found.stream()
			.filter((one) -> Boolean.TRUE.equals(one.getProps().getHeaders().get("waybill-retry")))
			.toList();
		assertThat(again).extracting((one) -> one.getProps().getMessageId())
			.containsExactlyInAnyOrder("cut-0", "cut-1", "cut-2");
		assertThat(again).extracting((one) -> one.getProps().getHeaders().get("waybill-sequence"))
			.containsExactly(1L, 2L, 3L);
		assertThat(found).extracting((one) -> one.getProps().getHeaders().get("waybill-source")).doesNotContainNull();
	}

	@Test
	void unknownWhereTheConnectionIsLostForLongerThanTheDeadline() {
		line.hold();
		CompletableFuture<Answer> lost = producer.postAsync("x", "Idempotency-Key", "lost");
		Eventually.within(Duration.ofMillis(2500), () -> producer.scrape().sum("waybill_publish_unconfirmed") == 1);
		line.cut();
		assertUnknown(lost.join(), 504, "connection-lost");
		assertThat(lost.join().millis()).isLessThan(3700);
		Answer absent = producer.post("y");
		assertRejected(absent, 503, "broker-unavailable");
		assertThat(absent.millis()).isLessThan(500);
		Answer keyed = producer.post("x", "Idempotency-Key", "lost");
		assertThat(keyed.status()).isEqualTo(503);
		assertThat(keyed.outcome()).as("the first copy may be stored").isEqualTo("unknown");
		line.mend();
		producer.awaitLanes(Duration.ofSeconds(10));
		assertThat(producer.post("x", "Idempotency-Key", "lost").status()).isEqualTo(202);
	}

	private static double late(Outcome outcome) {
		return producer.scrape().sum("waybill_publish_late_total", "outcome=\"" + outcome.text() + "\"");
	}

	private static void assertRejected(Answer answer, int status, String reason) {
		assertProblem(answer, status, "rejected", reason);
		assertThat(Integer.parseInt(String.valueOf(answer.header("Retry-After")))).isPositive();
	}

	private static void assertRejectedForGood(Answer answer, int status, String reason) {
		assertProblem(answer, status, "rejected", reason);
		assertThat(answer.header("Retry-After")).isNull();
	}

	private static void assertUnknown(Answer answer, int status, String reason) {
		assertProblem(answer, status, "unknown", reason);
		assertThat(answer.messageId()).isNotEmpty();
	}

	private static void assertProblem(Answer answer, int status, String outcome, String reason) {
		assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
		assertThat(answer.isProblem()).isTrue();
		assertThat(answer.outcome()).isEqualTo(outcome);
		assertThat(answer.reason()).isEqualTo(reason);
	}

}
