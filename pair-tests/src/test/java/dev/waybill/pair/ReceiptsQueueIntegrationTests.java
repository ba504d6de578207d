package dev.waybill.pair;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.Receipt;
import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Receipts that are destroyed: just the numbers in them cannot be audited. */
@Tag("long")
class ReceiptsQueueIntegrationTests extends FleetTest {

	private static final String RECEIPTS = "hello.receipts.p";

	private static final Duration LONG = Duration.ofSeconds(90);

	private static final int PENDING = 10_000;

	@Test
	void deletedWhileThousandsArePending() throws Exception {
		Service producer = this.fleet.producerWithFile("p");
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("deletedWhileThousandsArePending", this.fleet, load).gapsAreMade()) {
			Service consumer = killWhilePending(producer, load);
			// Nothing more is on its way to the queue when it goes.
			consumer.terminate();
			Set<String> gone = numbersIn(this.host.peek(RECEIPTS));
			this.host.onChannel((channel) -> channel.queueDelete(RECEIPTS));
			try (ReceiptsTap later = new ReceiptsTap(this.host, "p")) {
				producer.again();
				consumer.again();
				assertUnaudited(books, load, gone, later);
			}
		}
	}

	/** Nobody sees a purge but by the hole that it leaves, for which 60 s are waited. */
	@Test
	void purgedWhileThousandsArePending() throws Exception {
		Service producer = this.fleet.producerWithFile("p");
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("purgedWhileThousandsArePending", this.fleet, load).gapsAreMade()) {
			Service consumer = killWhilePending(producer, load);
			consumer.process().pause();
			Set<String> gone = numbersIn(this.host.drain(RECEIPTS));
			try (ReceiptsTap later = new ReceiptsTap(this.host, "p")) {
				consumer.process().resume();
				producer.again();
				assertUnaudited(books, load, gone, later);
			}
		}
	}

	@Test
	void awayForLongerThanItsQueueLives() throws Exception {
		this.host.policy("life", "^hello\\.receipts\\.", Map.of("expires", 2_000));
		Service producer = this.fleet.producerWithFile("p");
		Load load = new Load(producer);
		this.fleet.ready();
		try (Tap tap = new Tap(this.host);
				Books books = new Books("awayForLongerThanItsQueueLives", this.fleet, load).gapsAreMade()) {
			load.send("k", PENDING, 4_000);
			TimeUnit.MILLISECONDS.sleep(1_500); // into the file
			producer.process().kill();
			Eventually.within(LONG, () -> queueIsGone());
			Service consumer = this.fleet.consumer().awaitReady();
			Eventually.within(LONG,
					() -> books.processed().size() == load.accepted.size() && consumer.metric("waybill_in_hand") == 0);
			Set<String> gone = tap.numbersOf(load.accepted);
			try (ReceiptsTap later = new ReceiptsTap(this.host, "p")) {
				producer.again();
				assertUnaudited(books, load, gone, later);
			}
		}
	}

	/** Kills the producer, lets a consumer do a part of the work. */
	private Service killWhilePending(Service producer, Load load) throws Exception {
		load.send("k", PENDING);
		TimeUnit.MILLISECONDS.sleep(1_500); // into the file
		producer.process().kill();
		Service consumer = this.fleet.consumer("--waybill.processor.work-time=1ms").awaitReady();
		Eventually.within(LONG, () -> this.fleet.journal().size() > PENDING / 5);
		return consumer;
	}

	private static Set<String> numbersIn(List<GetResponse> receipts) throws Exception {
		Set<String> numbers = new HashSet<>();
		for (GetResponse one : receipts) {
			for (Receipt.Run run : Receipt.decode(one.getBody()).runs()) {
				// Held says only: not lost.
				for (long n = run.first(); n <= run.last() && run.kind() != Receipt.Kind.HELD; n++) {
					numbers.add(String.format("%016x/%d", run.source(), n));
				}
			}
		}
		assertThat(numbers).hasSizeBetween(1_000, PENDING - 1_000);
		return numbers;
	}

	/**
	 * Exactly what was in the receipts that are gone; but an ack that was on its way when
	 * its channel closed is lost with RabbitMQ 4.3.6, so its message comes again and is
	 * told again.
	 */
	private static void assertUnaudited(Books books, Load load, Set<String> destroyed, ReceiptsTap later)
			throws Exception {
		load.send("later", 200);
		books.untilSettled(Duration.ofSeconds(120));
		Set<String> gone = Books.difference(destroyed, later.numbersOf("p"));
		books.outside("receiptsDestroyedFor=" + destroyed.size() + " toldAgain=" + (destroyed.size() - gone.size()));
		assertThat(gone).hasSizeGreaterThan(destroyed.size() - 500);
		assertThat(books.processed()).isEqualTo(load.accepted);
		assertThat(books.numbers("unaudited")).isEqualTo(gone);
		assertThat(List.of(books.sum("lost"), books.sum("unexpected"), books.sum("unknown"))).containsOnly(0L);
		assertThat(books.sum("processed")).isEqualTo(load.accepted.size() - gone.size());
	}

	private boolean queueIsGone() {
		try {
			this.host.messages(RECEIPTS);
			return false;
		}
		catch (IllegalStateException ex) {
			return true;
		}
	}

}
