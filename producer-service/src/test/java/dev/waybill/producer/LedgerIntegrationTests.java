package dev.waybill.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the producer makes of receipts, against a consumer that says what a test wants.
 */
@NeedsRabbitMq
class LedgerIntegrationTests {

	/** Scaled down; nothing in these tests is in hand, delayed, or dead. */
	private static final String[] SETTINGS = { "--waybill.ledger.patience=1s", "--waybill.held-interval=100ms",
			"--waybill.retry.longest-delay=0s", "--spring.rabbitmq.requested-heartbeat=0s" };

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private RunningProducer producer;

	private FakeConsumer consumer;

	@BeforeEach
	void start() throws Exception {
		this.producer = RunningProducer.on(this.host, SETTINGS);
		this.consumer = new FakeConsumer(this.host, "tested");
	}

	@AfterEach
	void theIdentitiesHold() throws Exception {
		this.producer.scrape().verify();
		this.consumer.close();
		this.producer.close();
	}

	@Test
	void receiptsMoveMessagesUpTheLadder() throws Exception {
		List<Waybill> messages = publish(10);
		assertTotals(10, 0, 0);
		this.consumer.report(new Run(Kind.HELD, messages.get(0).source(), 1, 10));
		this.consumer.report(Kind.PROCESSED, messages.subList(0, 6));
		this.consumer.report(Kind.DEAD_LETTERED, messages.subList(5, 8));
		this.producer.awaitLedger("deadLettered", 2);
		assertTotals(2, 6, 2);
		this.consumer.report(Kind.PROCESSED, messages.subList(6, 7));
		this.producer.awaitLedger("processed", 7);
		assertTotals(2, 7, 1);
		Scrape scrape = this.producer.scrape();
		assertThat(scrape.sum("waybill_receipts_total", "outcome=\"merged\"")).isEqualTo(4);
		assertThat(scrape.sum("waybill_accounted_seconds_count")).isEqualTo(8);
		assertThat(scrape.sum("waybill_ledger_reliability")).isEqualTo(7.0 / 8);
		assertThat(scrape.sum("waybill_ledger_consumers")).isEqualTo(1);
		assertThat(scrape.sum("waybill_clock_skew_total", "measure=\"accounted\"")).isZero();
	}

	@Test
	void theLedgerIsShownAsDocumented() throws Exception {
		List<Waybill> messages = publish(5);
		this.consumer.report(Kind.PROCESSED, messages.subList(0, 1));
		this.consumer.report(Kind.DEAD_LETTERED, messages.subList(4, 5));
		this.producer.awaitLedger("processed", 1);
		JsonNode ledger = this.producer.ledger();
		assertThat(ledger.propertyNames()).containsExactly("instance", "since", "promise", "auditAge", "totals",
				"sources", "cut");
		assertThat(ledger.path("instance").asString()).isEqualTo("tested");
		assertThat(Instant.parse(ledger.path("since").asString())).isBefore(Instant.now());
		assertThat(ledger.path("promise").asString()).isEqualTo("full-without-file");
		assertThat(ledger.path("auditAge").isNumber()).isTrue();
		assertThat(ledger.path("cut").asLong(-1)).isZero();
		assertThat(ledger.path("totals").propertyNames()).containsExactly("attempted", "accepted", "rejected",
				"unknown", "inFlight", "recovered", "processed", "deadLettered", "pending", "lost", "unaudited",
				"duplicates", "unexpected", "foreign", "resumed", "tailBound");
		JsonNode source = ledger.path("sources").path(0);
		assertThat(source.propertyNames()).containsExactly("source", "published", "pending", "lost", "unknown",
				"deadLettered", "unaudited");
		assertThat(source.path("source").asString()).isEqualTo(messages.get(0).sourceText()).hasSize(16);
		assertThat(source.path("pending")).hasToString("[[2,4]]");
		assertThat(source.path("deadLettered")).hasToString("[[5,5]]");
	}

	@Test
	void theOutputIsBoundedAndSaysWhatIsCut() throws Exception {
		List<Waybill> messages = publish(3);
		for (int i = 0; i < 2200; i++) {
			this.producer.postAsync("x").join();
		}
		long source = messages.get(0).source();
		List<Run> odd = IntStream.range(0, 1100)
			.mapToObj((i) -> new Run(Kind.PROCESSED, source, 2L * i + 1, 2L * i + 1))
			.toList();
		this.consumer.report(odd.toArray(Run[]::new));
		this.producer.awaitLedger("processed", 1100);
		JsonNode ledger = this.producer.ledger();
		assertThat(ledger.path("sources").path(0).path("pending").size()).isEqualTo(1000);
		assertThat(ledger.path("cut").asLong()).isEqualTo(100);
	}

	@Test
	void aReceiptCountsOnceAndASecondProcessingIsADuplicate() throws Exception {
		List<Waybill> messages = publish(4);
		Receipt receipt = this.consumer.report(Kind.PROCESSED, messages);
		this.consumer.send(receipt.encode());
		this.consumer.report(Kind.DUPLICATE, messages.subList(0, 1));
		this.consumer.report(Kind.PROCESSED, messages.subList(1, 2));
		this.producer.awaitLedger("duplicates", 2);
		assertTotals(0, 4, 0);
		assertThat(this.producer.scrape().sum("waybill_receipts_total", "outcome=\"repeated\"")).isEqualTo(1);
		assertThat(this.producer.scrape().sum("waybill_accounted_seconds_count")).isEqualTo(4);
	}

	@Test
	void whatWasNeverPublishedIsCountedAndNotMerged() throws Exception {
		List<Waybill> messages = publish(2);
		this.consumer.report(new Run(Kind.PROCESSED, messages.get(0).source(), 3, 5));
		this.producer.awaitLedger("unexpected", 3);
		this.consumer.report(new Run(Kind.PROCESSED, messages.get(0).source() + 1, 1, 7));
		this.producer.awaitLedger("foreign", 7);
		assertTotals(2, 0, 0);
	}

	@Test
	void garbageIsAReceiptGapAndIsAcked() throws Exception {
		publish(1);
		this.consumer.send("garbage".getBytes(StandardCharsets.UTF_8));
		Eventually.within(Duration.ofSeconds(5),
				() -> this.producer.scrape().sum("waybill_receipts_total", "outcome=\"undecodable\"") == 1);
		assertThat(this.producer.scrape().sum("waybill_receipt_gaps_total")).isEqualTo(1);
		awaitUnacked(0);
	}

	@Test
	void aNewerVersionIsNotAckedAndNothingBehindItIsRead() throws Exception {
		List<Waybill> messages = publish(2);
		this.consumer.report(Kind.PROCESSED, messages.subList(0, 1));
		this.producer.awaitLedger("processed", 1);
		this.consumer.send(newer());
		this.consumer.report(Kind.PROCESSED, messages.subList(1, 2));
		Eventually.within(Duration.ofSeconds(5),
				() -> this.producer.scrape().sum("waybill_receipts_total", "outcome=\"newer_version\"") == 1);
		awaitUnacked(2);
		assertTotals(1, 1, 0);
	}

	@Test
	void noMarkerIsSentWhileNothingIsOpenForLongerThanThePatience() throws Exception {
		for (int i = 0; i < 25; i++) {
			this.consumer.report(Kind.PROCESSED, publish(5));
			Thread.sleep(100);
		}
		this.producer.awaitLedger("processed", 125);
		assertThat(this.producer.scrape().sum("waybill_markers_total")).isZero();
		assertThat(this.consumer.take()).isEmpty();
	}

	@Test
	void aLostMessageIsNamedAfterTwoMorePatiences() throws Exception {
		List<Waybill> messages = publish(5);
		this.consumer.report(Kind.PROCESSED, messages.subList(0, 3));
		this.consumer.report(Kind.PROCESSED, messages.subList(4, 5));
		long begun = System.nanoTime();
		answerMarkersUntil("lost", 1);
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(Duration.ofMillis(2500),
				Duration.ofSeconds(8));
		JsonNode source = this.producer.ledger().path("sources").path(0);
		assertThat(source.path("source").asString()).isEqualTo(messages.get(0).sourceText());
		assertThat(source.path("lost")).hasToString("[[4,4]]");
		assertThat(this.producer.ledger().path("totals").path("unaudited").asLong()).isZero();
		this.consumer.report(Kind.PROCESSED, messages.subList(3, 4));
		this.producer.awaitLedger("lost", 0);
		assertTotals(0, 5, 0);
	}

	@Test
	void markersAreMessagesOfOurInstanceWithoutWaybill() throws Exception {
		publish(1);
		Eventually.within(Duration.ofSeconds(10), () -> this.producer.scrape().sum("waybill_markers_total") == 1);
		Eventually.within(Duration.ofSeconds(5),
				() -> this.host.onChannel((channel) -> channel.messageCount("hello")) == 1);
		assertThat(this.consumer.take()).singleElement().satisfies((one) -> {
			assertThat(one.getBody()).isEmpty();
			assertThat(one.getProps().getAppId()).isEqualTo("tested");
			assertThat(one.getProps().getDeliveryMode()).isEqualTo(2);
			assertThat(one.getProps().getHeaders()).containsOnlyKeys("waybill-marker");
			assertThat(one.getProps().getHeaders().get("waybill-marker")).isInstanceOf(Long.class);
		});
		// It takes a publish number, and none of the source's.
		assertThat(this.producer.post("next").status()).isEqualTo(202);
		assertThat(this.consumer.takeMessages()).singleElement()
			.satisfies((one) -> assertThat(one.sequence()).isEqualTo(2));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatTheReceiptsQueueTookWithItIsUnauditedAndNothingElse(boolean deleted) throws Exception {
		List<Waybill> messages = publish(10);
		this.consumer.report(Kind.PROCESSED, messages.subList(0, 4));
		this.producer.awaitLedger("processed", 4);
		if (deleted) {
			this.host.onChannel((channel) -> channel.queueDelete("hello.receipts.tested"));
			Eventually.within(Duration.ofSeconds(10),
					() -> this.producer.scrape().sum("waybill_receipt_gaps_total") == 1);
		}
		else {
			// As a purge does: the consumer has sent them, and nobody has read them.
			this.consumer.skip();
			this.consumer.report(new Run(Kind.HELD, messages.get(0).source(), 10, 10));
			Eventually.within(Duration.ofSeconds(70),
					() -> this.producer.scrape().sum("waybill_receipt_gaps_total") == 1);
		}
		publish(3);
		answerMarkersUntil("unaudited", 6);
		answerMarkersUntil("lost", 3);
		assertThat(this.producer.ledger().path("totals").path("unaudited").asLong()).isEqualTo(6);
		JsonNode source = this.producer.ledger().path("sources").path(0);
		assertThat(source.path("unaudited")).hasToString("[[5,10]]");
		assertThat(source.path("lost")).hasToString("[[11,13]]");
		assertThat(this.host.onChannel((channel) -> channel.queueDeclarePassive("hello.receipts.tested"))
			.getConsumerCount()).isEqualTo(1);
	}

	@Test
	void everyStepOfAMessageIsToldWithItsTime() throws Exception {
		Instant before = Instant.now();
		Answer answer = this.producer.post("x", "Idempotency-Key", "told");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(answer.header("Location")).isEqualTo("/messages/told");
		assertThat(answer.json().path("instance").asString()).isEqualTo("tested");
		JsonNode copy = this.producer.get("/messages/told").json().path("copies").path(0);
		assertThat(copy.path("state").asString()).isEqualTo("pending");
		assertThat(steps(copy)).containsExactly("taken-in", "published", "confirmed");
		List<Waybill> taken = this.consumer.takeMessages();
		assertThat(copy.path("sequence").asLong()).isEqualTo(taken.get(0).sequence());
		assertThat(copy.path("source").asString()).isEqualTo(taken.get(0).sourceText());
		this.consumer.report(Kind.PROCESSED, taken);
		this.producer.awaitLedger("processed", 1);
		JsonNode told = this.producer.get("/messages/told").json();
		assertThat(told.propertyNames()).containsExactly("messageId", "instance", "copies");
		copy = told.path("copies").path(0);
		assertThat(copy.path("state").asString()).isEqualTo("processed");
		assertThat(steps(copy)).containsExactly("taken-in", "published", "confirmed", "received", "processed",
				"accounted");
		for (JsonNode step : copy.path("steps")) {
			assertThat(Instant.parse(step.path("at").asString())).isBetween(before.minusMillis(1),
					Instant.now().plusMillis(1));
			assertThat(step.path("clock").asString()).isIn("producer", "consumer");
		}
	}

	@Test
	void aReceiptSettlesTheKeyWhoseConfirmWasLost() throws Exception {
		VirtualHost other = RabbitBroker.shared().newVirtualHost();
		try (BrokerLine line = new BrokerLine(other);
				RunningProducer behind = RunningProducer.at(line.uri(), "--waybill.publish.deadline=2s");
				FakeConsumer reporting = new FakeConsumer(other, "tested")) {
			assertThat(behind.post("warm").status()).isEqualTo(202);
			line.hold();
			assertThat(behind.post("x", "Idempotency-Key", "reported").reason()).isEqualTo("confirm-timeout");
			line.cut();
			line.mend();
			reporting.report(Kind.PROCESSED, reporting.takeMessages());
			behind.awaitLedger("recovered", 1);
			Answer again = behind.post("x", "Idempotency-Key", "reported");
			assertThat(again.status()).isEqualTo(202);
			assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
			assertThat(reporting.takeMessages()).isEmpty();
		}
	}

	@Test
	void whatIsNotKnownIsAProblemThatClaimsNothing() {
		Answer answer = this.producer.get("/messages/never-heard-of");
		assertThat(answer.status()).isEqualTo(404);
		assertThat(answer.isProblem()).isTrue();
		assertThat(answer.reason()).isEqualTo("not-found");
		assertThat(answer.outcome()).isEqualTo("unknown");
		assertThat(answer.messageId()).isEqualTo("never-heard-of");
	}

	@Test
	void theLocationLeadsToAnyId() {
		for (String id : List.of("a/b", "a//b", "/", "../x", "a/../b", "50%", "%2F", "a;b=c", "..;x", "back\\slash",
				"q?x=1", "#", "a+b", "{id}", "\"'<>|^`~", "a&b=c:@!$*(),[]", "...", "x.")) {
			Answer answer = this.producer.post("x", "Idempotency-Key", id);
			assertThat(answer.status()).as(id).isEqualTo(202);
			Answer found = this.producer.get(String.valueOf(answer.header("Location")));
			assertThat(found.status()).as(id + " " + found).isEqualTo(200);
			assertThat(found.messageId()).isEqualTo(id);
		}
	}

	@Test
	void anIdWhosePathIsAnothersHasNoLocation() {
		for (String id : List.of(".", "..", "batch")) {
			Answer answer = this.producer.post("x", "Idempotency-Key", id);
			assertThat(answer.status()).isEqualTo(202);
			assertThat(answer.header("Location")).isNull();
		}
	}

	private List<Waybill> publish(int count) throws IOException {
		for (int i = 0; i < count; i++) {
			assertThat(this.producer.post("x").status()).isEqualTo(202);
		}
		return this.consumer.takeMessages();
	}

	private void answerMarkersUntil(String count, long value) {
		Eventually.within(Duration.ofSeconds(20), () -> {
			List<Long> markers = takeMarkers();
			if (!markers.isEmpty()) {
				this.consumer.answer(markers);
			}
			return this.producer.ledger().path("totals").path(count).asLong() == value;
		});
	}

	private List<Long> takeMarkers() {
		try {
			return this.consumer.takeMarkers();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void assertTotals(long pending, long processed, long deadLettered) {
		JsonNode totals = this.producer.ledger().path("totals");
		assertThat(Map.of("pending", totals.path("pending").asLong(), "processed", totals.path("processed").asLong(),
				"deadLettered", totals.path("deadLettered").asLong()))
			.isEqualTo(Map.of("pending", pending, "processed", processed, "deadLettered", deadLettered));
	}

	private void awaitUnacked(long count) {
		Eventually.within(Duration.ofSeconds(20), () -> this.host.messages("hello.receipts.tested") == count);
	}

	private static List<String> steps(JsonNode copy) {
		List<String> steps = new ArrayList<>();
		copy.path("steps").forEach((one) -> steps.add(one.path("step").asString()));
		return steps;
	}

	/** Whole, and of a version that this program does not know. */
	private static byte[] newer() {
		byte[] bytes = new Receipt(1, 1, List.of(), List.of(), List.of()).encode();
		bytes[4]++;
		CRC32C crc = new CRC32C();
		crc.update(bytes, 0, bytes.length - 4);
		ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());
		return bytes;
	}

}
