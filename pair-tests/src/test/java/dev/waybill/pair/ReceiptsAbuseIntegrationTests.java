package dev.waybill.pair;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Receipts that no consumer of ours would send: the test is the consumer, takes messages
 * and says of them what it likes.
 */
@NeedsRabbitMq
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReceiptsAbuseIntegrationTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final long LAST = 1L << 62;

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private final Fleet fleet = new Fleet(this.host);

	private final Random random = new Random();

	private Service producer;

	private Load load;

	ReceiptsAbuseIntegrationTests() {
		this.producer = this.fleet.producer("p");
		this.load = new Load(this.producer);
	}

	@BeforeAll
	void startFleet() {
		this.fleet.ready();
	}

	@AfterAll
	void endFleet() {
		this.fleet.close();
	}

	@Test
	@Order(1)
	void aReceiptThatComesTwiceCountsOnceAndARepeatUnderANewNumberIsADuplicate() throws Exception {
		try (Books books = books("aReceiptThatComesTwiceCountsOnceAndARepeatUnderANewNumberIsADuplicate")) {
			Taken taken = take(10);
			long sender = this.random.nextLong();
			send(sender, 1, taken.run(Kind.PROCESSED, 0, 9));
			send(sender, 1, taken.run(Kind.PROCESSED, 0, 9));
			Eventually.within(SOON, () -> books.sum("processed") == 10);
			assertThat(books.sum("duplicates")).isZero();
			send(sender, 2, taken.run(Kind.PROCESSED, 0, 9));
			Eventually.within(SOON, () -> books.sum("duplicates") == 10);
			assertSettled(books, 10);
		}
	}

	@Test
	@Order(2)
	void receiptsOutOfOrderMakeNoGap() throws Exception {
		try (Books books = books("receiptsOutOfOrderMakeNoGap")) {
			long before = books.sum("processed");
			Taken taken = take(30);
			long sender = this.random.nextLong();
			send(sender, 3, taken.run(Kind.PROCESSED, 20, 29));
			Eventually.within(SOON, () -> books.sum("processed") == before + 10);
			send(sender, 1, taken.run(Kind.PROCESSED, 0, 9));
			send(sender, 2, taken.run(Kind.DEAD_LETTERED, 10, 19));
			Eventually.within(SOON, () -> books.sum("deadLettered") == 10);
			// Whoever processes a dead letter again after a crash is right, and the other
			// way round nobody is.
			send(sender, 4, taken.run(Kind.PROCESSED, 10, 19), taken.run(Kind.DEAD_LETTERED, 0, 9));
			Eventually.within(SOON, () -> books.sum("processed") == before + 30);
			assertThat(books.sum("deadLettered")).isZero();
			assertSettled(books, before + 30);
		}
	}

	@Test
	@Order(3)
	void unknownSourcesAreForeign() throws Exception {
		try (Books books = books("unknownSourcesAreForeign")) {
			long before = books.sum("processed");
			Taken taken = take(5);
			send(this.random.nextLong(), 1, new Run(Kind.PROCESSED, this.random.nextLong(), 1, 7));
			Eventually.within(SOON, () -> books.sum("foreign") == 7);
			assertThat(books.sum("unexpected")).isZero();
			send(this.random.nextLong(), 1, new Run(Kind.HELD, this.random.nextLong(), 1, LAST),
					taken.run(Kind.PROCESSED, 0, 4));
			Eventually.within(SOON, () -> books.sum("processed") == before + 5);
			assertSettled(books, before + 5);
		}
	}

	@Test
	@Order(4)
	void absurdRunsAreUnexpectedAndNobodyChokesOnThem() throws Exception {
		try (Books books = books("absurdRunsAreUnexpectedAndNobodyChokesOnThem")) {
			long before = books.sum("processed");
			Taken taken = take(5);
			long top = taken.numbers.get(4);
			for (Kind kind : Kind.values()) {
				send(this.random.nextLong(), 1, new Run(kind, taken.source, top + 1, LAST));
			}
			Eventually.within(SOON, () -> books.sum("unexpected") > 0);
			assertThat(books.sum("pending")).isEqualTo(5);
			assertThat(books.sum("processed")).isEqualTo(before);
			// This one names what is really there, too.
			send(this.random.nextLong(), LAST, new Run(Kind.PROCESSED, taken.source, 1, LAST));
			Eventually.within(SOON, () -> books.sum("processed") == before + 5);
			assertSettled(books, before + 5);
		}
	}

	@Test
	@Order(5)
	void garbageIsCountedAndDropped() throws Exception {
		try (Books books = books("garbageIsCountedAndDropped")) {
			long before = books.sum("processed");
			Taken taken = take(5);
			byte[] garbage = new byte[300];
			for (int i = 0; i < 200; i++) {
				this.random.nextBytes(garbage);
				publish(garbage);
			}
			publish(new byte[0]);
			publish("Hello World!".getBytes(StandardCharsets.UTF_8));
			byte[] torn = new Receipt(1, 1, List.of(taken.run(Kind.PROCESSED, 0, 4)), List.of(), List.of()).encode();
			for (int length = 1; length < torn.length; length++) {
				publish(Arrays.copyOf(torn, length));
			}
			send(this.random.nextLong(), 1, taken.run(Kind.PROCESSED, 0, 4));
			Eventually.within(SOON, () -> books.sum("processed") == before + 5);
			assertThat(this.producer.metric("waybill_receipts_total{outcome=\"undecodable\""))
				.isEqualTo(202 + torn.length - 1);
			assertSettled(books, before + 5);
		}
	}

	@Test
	@Order(6)
	void aHigherVersionStopsTheReadingAndStaysInTheQueue() throws Exception {
		try (Books books = books("aHigherVersionStopsTheReadingAndStaysInTheQueue")) {
			long before = books.sum("processed");
			Taken taken = take(5);
			Receipt receipt = new Receipt(this.random.nextLong(), 1, List.of(taken.run(Kind.PROCESSED, 0, 4)),
					List.of(), List.of());
			publish(ofVersion(receipt.encode(), 2));
			send(this.random.nextLong(), 1, taken.run(Kind.PROCESSED, 0, 4));
			TimeUnit.MILLISECONDS.sleep(Fleet.PATIENCE.multipliedBy(3).toMillis());
			assertThat(books.sum("processed")).as("read behind what cannot be read").isEqualTo(before);
			assertThat(books.sum("pending")).isEqualTo(5);
			Eventually.within(SOON, () -> this.host.messages("hello.receipts.p") == 2);
			assertThat(this.producer.output()).contains("version");
		}
	}

	/** The same, as a program of the future would write it. */
	private static byte[] ofVersion(byte[] receipt, int version) {
		byte[] changed = receipt.clone();
		changed[4] = (byte) version;
		CRC32C crc = new CRC32C();
		crc.update(changed, 0, changed.length - 4);
		ByteBuffer.wrap(changed).putInt(changed.length - 4, (int) crc.getValue());
		return changed;
	}

	private Books books(String test) {
		return new Books(test, this.fleet, this.load);
	}

	private static void assertSettled(Books books, long processed) {
		books.untilSettled(SOON);
		assertThat(List.of(books.sum("processed"), books.sum("lost"), books.sum("unaudited")))
			.containsExactly(processed, 0L, 0L);
	}

	/** Has messages sent and takes them out of the queue. */
	private Taken take(int count) throws InterruptedException {
		this.load.send("k" + this.random.nextInt(Integer.MAX_VALUE) + "-", count);
		List<Long> numbers = new ArrayList<>();
		long source = 0;
		for (GetResponse one : this.host.drain("hello")) {
			if (one.getProps().getHeaders().get(Waybill.SOURCE) instanceof Long from) {
				source = from;
				numbers.add((Long) one.getProps().getHeaders().get(Waybill.SEQUENCE));
			}
		}
		assertThat(numbers).hasSize(count);
		return new Taken(source, numbers.stream().sorted().toList());
	}

	private void send(long sender, long number, Run... runs) {
		publish(new Receipt(sender, number, List.of(runs), List.of(), List.of()).encode());
	}

	private void publish(byte[] body) {
		this.host.onChannel((channel) -> {
			channel.confirmSelect();
			channel.basicPublish("hello.receipts", "p", null, body);
			return channel.waitForConfirms(5_000);
		});
	}

	/** Numbers of one source, one after the other. */
	private record Taken(long source, List<Long> numbers) {

		Run run(Kind kind, int first, int last) {
			return new Run(kind, this.source, this.numbers.get(first), this.numbers.get(last));
		}

	}

}
