package dev.waybill.producer.ledger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How far a lane may go: as far as what is on disk allows, whatever happens meanwhile.
 */
class ReservationsTests {

	private static final long SOURCE = 7;

	private final List<byte[]> file = new ArrayList<>();

	private long now;

	private final DeliveryLedger ledger = restored();

	private final LaneAccount lane = this.ledger.open(SOURCE);

	@Test
	void nothingIsPublishedBeforeTheFirstReservationIsOnDisk() {
		assertThat(this.lane.mayPublish()).isFalse();
		record();
		assertThat(this.lane.mayPublish()).isFalse();
		this.ledger.written();
		assertThat(this.lane.mayPublish()).isTrue();
	}

	@Test
	void aLaneStopsWhereItsReservationEnds() {
		checkpoint();
		assertThat(publishAll()).isEqualTo(10_000);
		record();
		assertThat(this.lane.mayPublish()).isFalse();
		this.ledger.written();
		assertThat(this.lane.mayPublish()).isTrue();
	}

	@Test
	void isTenSecondsAheadAtThePresentRate() {
		checkpoint();
		publish(5_000);
		pass(200);
		checkpoint();
		assertThat(this.lane.left()).isGreaterThanOrEqualTo(250_000);
	}

	@Test
	void neverFallsBelowWhatTheLaneMayStillUse() {
		checkpoint();
		publish(5_000);
		pass(200);
		checkpoint();
		pass(60_000);
		// Next to nothing came for a minute, and this record is about to be on disk.
		publish(1);
		record();
		publish(100_000);
		DeliveryLedger next = restored();
		assertThat(next.totals().tailBound()).isGreaterThanOrEqualTo(100_000);
		next.merge(new Receipt(1, 1, List.of(new Run(Kind.PROCESSED, SOURCE, 5_002, 105_001)), List.of(), List.of()));
		assertThat(next.totals().unexpected()).isZero();
		assertThat(next.totals().resumed()).isEqualTo(100_000);
	}

	private DeliveryLedger restored() {
		return new DeliveryLedger.Builder(Duration.ofSeconds(90), Duration.ofSeconds(30), true)
			.clocks(() -> this.now, () -> TimeUnit.NANOSECONDS.toMillis(this.now))
			.of(List.copyOf(this.file), false);
	}

	private void checkpoint() {
		record();
		this.ledger.written();
	}

	private void record() {
		this.file.add(Objects.requireNonNull(this.ledger.changes()));
	}

	private long publishAll() {
		long published = 0;
		while (this.lane.mayPublish()) {
			publish(1);
			published++;
		}
		return published;
	}

	private void publish(int count) {
		for (int i = 0; i < count; i++) {
			assertThat(this.lane.mayPublish()).isTrue();
			this.lane.accepted(this.lane.next());
		}
	}

	private void pass(long millis) {
		this.now += TimeUnit.MILLISECONDS.toNanos(millis);
		this.ledger.tick();
	}

}
