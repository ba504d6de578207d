package dev.waybill.producer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.waybill.producer.Some.Heard;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EntryQueueTests {

	private final EntryQueue entries = new EntryQueue(2);

	private final Publication first = Some.publication(new Heard());

	private final Publication second = Some.publication(new Heard());

	private final Publication third = Some.publication(new Heard());

	@Test
	void givesThemInTheirOrder() throws Exception {
		this.entries.offer(this.first);
		this.entries.offer(this.second);
		assertThat(this.entries.poll(0)).isSameAs(this.first);
		assertThat(this.entries.poll(0)).isSameAs(this.second);
		assertThat(this.entries.poll(0)).isNull();
	}

	@Test
	void turnsAwayWhatDoesNotFit() throws Exception {
		assertThat(this.entries.offer(this.first)).isTrue();
		assertThat(this.entries.offer(this.second)).isTrue();
		assertThat(this.entries.offer(this.third)).isFalse();
		assertThat(this.entries.size()).isEqualTo(2);
		this.entries.poll(0);
		assertThat(this.entries.offer(this.third)).isTrue();
	}

	@Test
	void putsBackAtTheFrontAlsoWhenItIsFull() throws Exception {
		this.entries.offer(this.first);
		this.entries.offer(this.second);
		this.entries.putBack(this.third);
		assertThat(this.entries.size()).isEqualTo(3);
		assertThat(this.entries.poll(0)).isSameAs(this.third);
		assertThat(this.entries.offer(Some.publication(new Heard()))).isFalse();
	}

	@Test
	void removesWhatIsAskedFor() throws Exception {
		this.entries.offer(this.first);
		this.entries.offer(this.second);
		this.entries.removeIf((one) -> one == this.first);
		assertThat(this.entries.poll(0)).isSameAs(this.second);
		assertThat(this.entries.size()).isZero();
	}

	@Test
	void wakesWhoWaits() throws Exception {
		CompletableFuture<Long> waited = CompletableFuture.supplyAsync(() -> {
			long started = System.nanoTime();
			try {
				assertThat(this.entries.poll(30_000)).isSameAs(this.first);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return System.nanoTime() - started;
		});
		this.entries.offer(this.first);
		assertThat(waited.get(10, TimeUnit.SECONDS)).isLessThan(TimeUnit.SECONDS.toNanos(10));
	}

}
