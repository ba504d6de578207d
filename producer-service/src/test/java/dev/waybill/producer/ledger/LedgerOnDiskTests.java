package dev.waybill.producer.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.producer.ledger.DeliveryLedger.Totals;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The ledger and its file together. */
@Timeout(120)
class LedgerOnDiskTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final Duration INTERVAL = Duration.ofMillis(50);

	private static final Duration LIMIT = Duration.ofMillis(700);

	private static final long SOURCE = 77;

	private final Path directory;

	LedgerOnDiskTests(@TempDir Path directory) {
		this.directory = directory;
	}

	@Test
	void aLaneWaitsForItsFirstReservationAndNotLong() {
		LedgerFile file = open(this.directory.resolve("ledger"));
		DeliveryLedger ledger = file.ledger(builder());
		try (Checkpoints checkpoints = Checkpoints.start(ledger, file)) {
			checkpoints.flush();
			long begun = System.nanoTime();
			LaneAccount lane = ledger.open(SOURCE);
			while (!lane.mayPublish()) {
				Thread.onSpinWait();
			}
			Duration took = Duration.ofNanos(System.nanoTime() - begun);
			System.out.println("A lane's first reservation took " + took.toMillis() + " ms");
			assertThat(took).isLessThan(Duration.ofSeconds(2));
			lane.end();
		}
	}

	@Test
	void aCleanStopLeavesNoTail() {
		Path path = this.directory.resolve("ledger");
		LedgerFile file = open(path);
		DeliveryLedger ledger = file.ledger(builder());
		Checkpoints checkpoints = Checkpoints.start(ledger, file);
		LaneAccount lane = ledger.open(SOURCE);
		assertThat(checkpoints.flush()).isTrue();
		publish(lane, 5);
		ledger.merge(receipt(1, 1, 3));
		lane.end();
		checkpoints.close();
		try (LedgerFile again = open(path)) {
			Totals totals = again.ledger(builder()).totals();
			assertThat(totals.attempted()).isEqualTo(5);
			assertThat(totals.processed()).isEqualTo(3);
			assertThat(totals.pending()).isEqualTo(2);
			assertThat(totals.tailBound()).isZero();
		}
	}

	@Test
	void afterAKillWhatWasSaidToBeOnDiskIsThere() {
		Path path = this.directory.resolve("ledger");
		for (int round = 0; round < 5; round++) {
			long said;
			try (JavaProcess process = JavaProcess.start(Writer.class.getName(), List.of("-XX:TieredStopAtLevel=1"),
					List.of(path.toString(), Integer.toString(round)))) {
				process.awaitOutput("on disk " + (100 + 37 * round) + "\n", Duration.ofSeconds(60));
				process.kill();
				said = process.output()
					.lines()
					.filter((line) -> line.matches("on disk \\d+"))
					.mapToLong((line) -> Long.parseLong(line.substring(8)))
					.max()
					.orElseThrow();
			}
			LedgerFile file = open(path);
			DeliveryLedger ledger = file.ledger(builder());
			assertThat(file.isMarked()).isFalse();
			for (long number = 1; number <= said; number++) {
				assertThat(ledger.stateOf(1000 + round, number)).isEqualTo(DeliveryLedger.NumberState.PROCESSED);
			}
			assertThat(ledger.totals().tailBound()).isGreaterThanOrEqualTo(10_000);
			file.close();
		}
	}

	@Test
	void whatIsLearntWhileTheDiskIsFullIsAGapAtTheNextStart() throws IOException {
		try (SmallDisk disk = SmallDisk.mount(this.directory)) {
			Path path = disk.file("ledger");
			LedgerFile file = open(path);
			DeliveryLedger ledger = file.ledger(builder());
			Checkpoints checkpoints = Checkpoints.start(ledger, file, INTERVAL, LIMIT);
			LaneAccount lane = ledger.open(SOURCE);
			assertThat(checkpoints.flush()).isTrue();
			publish(lane, 10);
			assertThat(checkpoints.flush()).isTrue();
			disk.fill();
			grow(ledger, checkpoints);
			List<Integer> acked = Collections.synchronizedList(new ArrayList<>());
			ledger.merge(receipt(1, 1, 10));
			checkpoints.whenOnDisk(() -> acked.add(1));
			Eventually.within(SOON, () -> acked.size() == 1);
			publish(lane, 30_000);
			assertThat(ledger.totals().processed()).isEqualTo(10);
			checkpoints.close();
			disk.free();

			try (LedgerFile again = open(path)) {
				assertThat(again.isMarked()).isTrue();
				Totals totals = again.ledger(builder()).totals();
				assertThat(totals.tailBound()).isNull();
				assertThat(totals.lost()).isZero();
			}
		}
	}

	/** Until no page of the file has room left. */
	private static void grow(DeliveryLedger ledger, Checkpoints checkpoints) {
		long source = 1;
		while (!checkpoints.isDegraded()) {
			LaneAccount lane = ledger.open(source << 32);
			source++;
			for (int i = 0; i < 200 && lane.mayPublish(); i++) {
				publish(lane, 1);
			}
			lane.end();
			checkpoints.flush();
		}
	}

	private static void publish(LaneAccount lane, int count) {
		for (int i = 0; i < count; i++) {
			assertThat(lane.mayPublish()).isTrue();
			lane.accepted(lane.next());
		}
	}

	private static Receipt receipt(long number, long first, long last) {
		return new Receipt(5, number, List.of(new Run(Kind.PROCESSED, SOURCE, first, last)), List.of(), List.of());
	}

	private static DeliveryLedger.Builder builder() {
		return new DeliveryLedger.Builder(Duration.ofSeconds(90), Duration.ofSeconds(30), true);
	}

	private static LedgerFile open(Path file) {
		return LedgerFile.open(file, null, () -> "tested", Instant.EPOCH);
	}

	/** Publishes, gets a receipt for each number, and says when it is on disk. */
	static final class Writer {

		private Writer() {
		}

		public static void main(String[] arguments) throws InterruptedException {
			LedgerFile file = open(Path.of(arguments[0]));
			DeliveryLedger ledger = file.ledger(builder());
			Checkpoints checkpoints = Checkpoints.start(ledger, file, Duration.ofMillis(1), LIMIT);
			long source = 1000 + Long.parseLong(arguments[1]);
			LaneAccount lane = ledger.open(source);
			for (long i = 1; true; i++) {
				while (!lane.mayPublish()) {
					Thread.sleep(1);
				}
				long number = lane.next();
				lane.accepted(number);
				ledger.merge(new Receipt(source, i, List.of(new Run(Kind.PROCESSED, source, number, number)), List.of(),
						List.of()));
				checkpoints.whenOnDisk(() -> System.out.print("on disk " + number + "\n"));
				if (i % 10 == 0) {
					Thread.sleep(1);
				}
			}
		}

	}

}
