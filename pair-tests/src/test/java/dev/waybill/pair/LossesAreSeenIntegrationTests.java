package dev.waybill.pair;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import com.rabbitmq.client.AMQP.Queue;
import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What somebody destroys is named, by source and number, and nothing else is. */
@Tag("long")
class LossesAreSeenIntegrationTests extends FleetTest {

	private static final Duration VERDICT = Fleet.PATIENCE.multipliedBy(5);

	@Test
	void theLastMessageOfAnIdleProducer() throws Exception {
		Service producer = this.fleet.producer("p");
		this.fleet.consumer();
		Load load = new Load(producer);
		this.fleet.ready();
		try (Books books = new Books("theLastMessageOfAnIdleProducer", this.fleet, load)) {
			load.send("k", 20);
			books.untilSettled(VERDICT).lossesAreMade();
			String taken = Hand.takes(this.host, () -> load.sending("last", 1, 1),
					(channel, tag) -> channel.basicAck(tag, false));
			Instant lost = Instant.now();
			awaitVerdict(books, lost);
			assertNamed(books, producer, Set.of(taken));
		}
	}

	@Test
	void justWhatWasInTheQueueWhenItWasPurged() throws Exception {
		Service producer = this.fleet.producer("p");
		this.fleet.consumer("--waybill.processor.work-time=5ms", "--spring.rabbitmq.listener.direct.prefetch=20");
		Load load = new Load(producer);
		this.fleet.ready();
		try (Tap tap = new Tap(this.host);
				Books books = new Books("justWhatWasInTheQueueWhenItWasPurged", this.fleet, load)) {
			load.send("k", 1_500);
			books.lossesAreMade();
			int purged = this.host.<Queue.PurgeOk>onChannel((channel) -> channel.queuePurge("hello")).getMessageCount();
			Instant lost = Instant.now();
			load.send("later", 100);
			awaitVerdict(books, lost);
			Set<String> gone = Books.difference(load.accepted, books.processed());
			// A backlog of more than a patience has markers in it.
			assertThat(gone).hasSizeBetween(purged - tap.markers(), purged).isNotEmpty();
			assertNamed(books, producer, tap.numbersOf(gone));
		}
	}

	@Test
	void justWhatWasAcceptedAndDiedWithItsQueueUnderLoad() throws Exception {
		Service producer = this.fleet.producer("p");
		this.fleet.consumer("--waybill.processor.work-time=3ms", "--spring.rabbitmq.listener.direct.prefetch=20");
		Load load = new Load(producer);
		this.fleet.ready();
		try (Tap tap = new Tap(this.host);
				Books books = new Books("justWhatWasAcceptedAndDiedWithItsQueueUnderLoad", this.fleet, load)) {
			CompletableFuture<Void> sending = load.sending("k", 4_000, 700);
			Eventually.within(VERDICT, () -> load.accepted.size() > 1_500);
			books.lossesAreMade();
			this.host.onChannel((channel) -> channel.queueDelete("hello"));
			Instant lost = Instant.now();
			sending.join();
			awaitVerdict(books, lost);
			assertThat(this.host.peek("hello")).isEmpty();
			Set<String> gone = Books.difference(load.accepted, books.processed());
			assertThat(gone).isNotEmpty();
			assertThat(load.rejected).as("answered while there was no queue").isNotEmpty();
			assertNamed(books, producer, tap.numbersOf(gone));
		}
	}

	/** Each verdict within five patiences after the loss. */
	private static void awaitVerdict(Books books, Instant lost) {
		books.untilSettled(VERDICT.minus(Duration.between(lost, Instant.now())));
		books.outside("verdictAfter=" + Duration.between(lost, Instant.now()).toMillis() + "ms");
	}

	private static void assertNamed(Books books, Service producer, Set<String> gone) {
		assertThat(books.numbers("lost")).isEqualTo(gone);
		assertThat(books.sum("lost")).isEqualTo(gone.size());
		assertThat(books.sum("processed")).isEqualTo(books.processed().size());
		assertThat(books.sum("unaudited") + books.sum("unexpected")).isZero();
		for (String source : gone.stream().map((number) -> number.substring(0, 16)).distinct().toList()) {
			assertThat(producer.output()).contains(source);
		}
	}

}
