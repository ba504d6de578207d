package dev.waybill.pair;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three producers and three consumers with 100,000 messages: every single one is
 * accounted for, and a single one that is missing is seen.
 */
@NeedsRabbitMq
@Tag("long")
@Isolated
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LargeRunIntegrationTests {

	private static final int MESSAGES = 100_000;

	private static final int PRODUCERS = 3;

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private final Fleet fleet = new Fleet(this.host);

	private final List<Load> loads = new ArrayList<>();

	@BeforeAll
	void startFleet() {
		for (int i = 0; i < PRODUCERS; i++) {
			this.loads.add(new Load(this.fleet.producerWithFile("p" + i)));
			this.fleet.consumer();
		}
		this.fleet.ready();
	}

	@AfterAll
	void endFleet() {
		this.fleet.close();
	}

	@Test
	@Order(1)
	void accountsForEveryMessageWhileConsumersAreKilledAndOthersJoin() throws Exception {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		try (ReceiptsTap receipts = new ReceiptsTap(this.host, "p0", "p1", "p2");
				Books books = books("accountsForEveryMessageWhileConsumersAreKilledAndOthersJoin")) {
			Instant begin = Instant.now();
			List<CompletableFuture<Void>> sending = sending("k", 100_000);
			int kills = 0;
			while (sending.stream().anyMatch((one) -> !one.isDone())) {
				Thread.sleep(500 + random.nextInt(2_500));
				List<Service> alive = this.fleet.consumers.stream().filter((one) -> one.process().isAlive()).toList();
				alive.get(random.nextInt(alive.size())).process().kill();
				this.fleet.consumer();
				kills++;
			}
			sending.forEach(CompletableFuture::join);
			long seconds = Duration.between(begin, Instant.now()).toSeconds();
			books.untilSettled(Duration.ofSeconds(90)).agree();
			check(books, receipts, kills);
			books.outside("receipts say processed=" + receipts.processed() + " duplicate=" + receipts.duplicates()
					+ " kills=" + kills + " seed=" + seed + " " + MESSAGES / Math.max(1, seconds) + "/s");
		}
	}

	/**
	 * The duplicates, too: those of the journals but for what died with its consumer
	 * before it was told.
	 */
	private void check(Books books, ReceiptsTap receipts, int kills) throws Exception {
		for (int i = 0; i < PRODUCERS; i++) {
			Service producer = this.fleet.producers.get(i);
			Load load = this.loads.get(i);
			LedgerView ledger = producer.ledger();
			assertThat(load.unknown).isEmpty();
			assertThat(ledger.total("accepted")).as(producer.name + " accepted").isEqualTo(load.accepted.size());
			assertThat(ledger.total("rejected")).as(producer.name + " rejected").isGreaterThanOrEqualTo(0);
			assertThat(ledger.total("attempted")).as(producer.name + " attempted")
				.isEqualTo(load.accepted.size() + ledger.total("rejected"));
			assertThat(receipts.processed(producer.name) + receipts.duplicates(producer.name))
				.as(producer.name + " told")
				.isEqualTo(ledger.total("processed") + ledger.total("duplicates"));
			assertThat(receipts.numbers(producer.name)).isEqualTo(ledger.total("processed"));
		}
		int again = this.fleet.journal().size() - books.processed().size();
		assertThat(books.sum("duplicates")).as("duplicates in the ledgers, with second entries " + again)
			.isLessThanOrEqualTo(again + receipts.duplicates());
		long untold = this.fleet.journal().size() - receipts.processed();
		assertThat(untold).as("processed, and killed before it was told").isBetween(0L, kills * 1000L);
	}

	@Test
	@Order(2)
	void namesTheOneOfThemThatIsTakenOutByHandUnderSteadyLoad() throws Exception {
		Set<String> before = books("").accepted();
		try (Books books = books("namesTheOneOfThemThatIsTakenOutByHandUnderSteadyLoad")) {
			List<CompletableFuture<Void>> sending = sending("steady", 3_600);
			Thread.sleep(3_000);
			books.lossesAreMade();
			String taken = Hand.takes(this.host, (channel, tag) -> channel.basicAck(tag, false));
			Instant lost = Instant.now();
			books.until(Fleet.PATIENCE.multipliedBy(5), (ledger) -> books.sum("lost") == 1);
			Duration after = Duration.between(lost, Instant.now());
			boolean loaded = sending.stream().anyMatch((one) -> !one.isDone());
			assertThat(books.numbers("lost")).containsExactly(taken);
			sending.forEach(CompletableFuture::join);
			books.untilSettled(Duration.ofSeconds(60))
				.outside("named after " + after.toMillis() + " ms, still loaded=" + loaded);
			assertThat(books.numbers("lost")).containsExactly(taken);
			assertThat(books.sum("lost")).isEqualTo(1);
			assertThat(Books.difference(books.accepted(), books.processed())).hasSize(1);
			assertThat(Books.difference(books.accepted(), before)).hasSizeBetween(MESSAGES - 2_000, MESSAGES);
			assertThat(this.fleet.producers.stream().filter((one) -> one.output().contains(taken.substring(0, 16))))
				.as("the log of its producer names it")
				.hasSize(1);
		}
	}

	private Books books(String test) {
		return new Books(test, this.fleet, this.loads.toArray(Load[]::new));
	}

	/** So many each second, over all. */
	private List<CompletableFuture<Void>> sending(String prefix, int perSecond) {
		List<CompletableFuture<Void>> sending = new ArrayList<>();
		for (int i = 0; i < PRODUCERS; i++) {
			int count = MESSAGES / PRODUCERS + ((i == 0) ? MESSAGES % PRODUCERS : 0);
			sending.add(this.loads.get(i).sending(prefix + i + "-", count, perSecond / PRODUCERS));
		}
		return sending;
	}

}
