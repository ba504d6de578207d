package dev.waybill.producer.ledger;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class CheckpointsTests {

	private static final Duration SOON = Duration.ofSeconds(5);

	private static final Duration INTERVAL = Duration.ofMillis(50);

	private static final Duration LIMIT = Duration.ofMillis(700);

	private final Path directory;

	private final Noted ledger = new Noted(0);

	private final List<Integer> run = Collections.synchronizedList(new ArrayList<>());

	CheckpointsTests(@TempDir Path directory) {
		this.directory = directory;
	}

	@Test
	void withoutAFileNothingWaits() {
		try (Checkpoints checkpoints = Checkpoints.start(this.ledger, null, INTERVAL, LIMIT)) {
			checkpoints.whenOnDisk(() -> this.run.add(1));
			assertThat(this.run).containsExactly(1);
			assertThat(checkpoints.flush()).isTrue();
			assertThat(checkpoints.isDegraded()).isFalse();
		}
	}

	@Test
	void whatWaitsIsRunInOrderAndNoneBeforeItsRecordIsOnDisk() {
		Path file = this.directory.resolve("ledger");
		List<String> early = Collections.synchronizedList(new ArrayList<>());
		int many = 20_000;
		try (Checkpoints checkpoints = Checkpoints.start(this.ledger, open(file), Duration.ofMillis(1), LIMIT)) {
			Thread[] threads = new Thread[2];
			for (int t = 0; t < threads.length; t++) {
				threads[t] = new Thread(() -> {
					for (int i = 0; i < many / threads.length; i++) {
						long number;
						synchronized (this.run) {
							number = this.ledger.merge();
							checkpoints.whenOnDisk(() -> {
								this.run.add((int) number);
								// What another process would find now.
								if (number % 500 == 0 && lastOf(file) < number) {
									early.add(number + " before " + lastOf(file));
								}
								if (this.ledger.onDisk() < number) {
									early.add(number + " before " + this.ledger.onDisk());
								}
							});
						}
						if (i % 50 == 0) {
							// So that many are given while others are being written.
							LockSupport.parkNanos(1_000_000);
						}
					}
				});
				threads[t].start();
			}
			Eventually.within(Duration.ofSeconds(30), () -> this.run.size() == many);
		}
		assertThat(early).isEmpty();
		assertThat(this.run).containsExactlyElementsOf(IntStream.rangeClosed(1, many).boxed().toList());
	}

	@Test
	void whatWaitsWhenNothingHasChangedIsRunAtTheNextTurn() {
		try (Checkpoints checkpoints = start(this.directory.resolve("ledger"))) {
			checkpoints.whenOnDisk(() -> this.run.add(1));
			Eventually.within(SOON, () -> this.run.size() == 1);
		}
	}

	@Test
	void oneThatFailsKeepsNoOtherFromRunning(CapturedOutput output) {
		try (Checkpoints checkpoints = start(this.directory.resolve("ledger"))) {
			checkpoints.whenOnDisk(() -> {
				throw new IllegalStateException("on purpose");
			});
			checkpoints.whenOnDisk(() -> this.run.add(2));
			assertThat(checkpoints.flush()).isTrue();
			assertThat(this.run).containsExactly(2);
			assertThat(output).contains("What waited for the ledger's file failed");
		}
	}

	@Test
	void aCheckpointIsMadeAtOnceWhenTheLedgerOrSomebodyWantsIt() {
		Path file = this.directory.resolve("ledger");
		Duration never = Duration.ofHours(1);
		try (Checkpoints checkpoints = Checkpoints.start(this.ledger, open(file), never, LIMIT)) {
			assertThat(checkpoints.flush()).isTrue();
			this.ledger.merge();
			this.ledger.wanted = true;
			Eventually.within(SOON, () -> this.ledger.onDisk() == 1);
			this.ledger.merge();
			assertThat(checkpoints.flush()).isTrue();
			assertThat(this.ledger.onDisk()).isEqualTo(2);
			assertThat(lastOf(file)).isEqualTo(2);
		}
	}

	@Test
	void closingWritesTheLastRecordWhichSaysSoAndRunsWhatWaits() {
		Path file = this.directory.resolve("ledger");
		Checkpoints checkpoints = Checkpoints.start(this.ledger, open(file), Duration.ofHours(1), LIMIT);
		checkpoints.flush();
		this.ledger.merge();
		checkpoints.whenOnDisk(() -> this.run.add(1));
		checkpoints.close();
		assertThat(this.run).containsExactly(1);
		checkpoints.whenOnDisk(() -> this.run.add(2));
		checkpoints.close();
		assertThat(this.run).containsExactly(1);
		List<byte[]> records = read(file);
		assertThat(Noted.merged(records)).isEqualTo(1);
		assertThat(Noted.endedCleanly(records)).isTrue();
	}

	@Test
	void aFileThatHasGrownIsCompacted() throws IOException {
		Path file = this.directory.resolve("ledger");
		Noted large = new Noted(1 << 20);
		try (Checkpoints checkpoints = Checkpoints.start(large, open(file), INTERVAL, LIMIT)) {
			for (int i = 1; i <= 20; i++) {
				large.merge();
				assertThat(checkpoints.flush()).isTrue();
				assertThat(large.onDisk()).isEqualTo(i);
			}
			assertThat(Files.size(file)).isLessThan(6 << 20);
		}
		assertThat(Noted.merged(read(file))).isEqualTo(20);
	}

	@Test
	void aFileThatSomebodyRemovedIsMadeAgain() throws IOException {
		Path file = this.directory.resolve("ledger");
		try (Checkpoints checkpoints = start(file)) {
			this.ledger.merge();
			assertThat(checkpoints.flush()).isTrue();
			Files.delete(file);
			this.ledger.merge();
			assertThat(checkpoints.flush()).isTrue();
			assertThat(lastOf(file)).isEqualTo(2);
		}
	}

	@Test
	void aFullDiskIsToldAfterTheLimitAndWhatWaitsIsRunOnceTheMarkIsOnDisk(CapturedOutput output) throws IOException {
		try (SmallDisk disk = SmallDisk.mount(this.directory)) {
			Path file = disk.file("ledger");
			Noted ledger = new Noted(5000);
			Checkpoints checkpoints = Checkpoints.start(ledger, open(file), INTERVAL, LIMIT);
			ledger.merge();
			assertThat(checkpoints.flush()).isTrue();
			disk.fill();
			long full = System.nanoTime();
			ledger.merge();
			checkpoints.whenOnDisk(() -> this.run.add(isMarked(file) ? 1 : -1));
			checkpoints.whenOnDisk(() -> this.run.add(2));
			Eventually.within(SOON, checkpoints::isDegraded);
			assertThat(Duration.ofNanos(System.nanoTime() - full)).isBetween(LIMIT, LIMIT.multipliedBy(3));
			assertThat(ledger.isPassing()).isTrue();
			Eventually.within(SOON, () -> this.run.size() == 2);
			checkpoints.whenOnDisk(() -> this.run.add(3));
			Eventually.within(SOON, () -> this.run.size() == 3);
			assertThat(this.run).containsExactly(1, 2, 3);
			assertThat(checkpoints.flush()).isFalse();
			assertThat(output).containsOnlyOnce("The ledger has not been written to its file for ");
			assertThat(ledger.onDisk()).isEqualTo(1);

			disk.free();
			Eventually.within(SOON, () -> !checkpoints.isDegraded());
			assertThat(output).containsOnlyOnce("The ledger is written to its file again");
			assertThat(ledger.isPassing()).isFalse();
			assertThat(isMarked(file)).isFalse();
			assertThat(ledger.onDisk()).isEqualTo(2);
			checkpoints.close();
			assertThat(Noted.merged(read(file))).isEqualTo(2);
		}
	}

	@Test
	void aDiskThatIsFullForLessThanTheLimitOnlyMakesWait(CapturedOutput output) throws IOException {
		try (SmallDisk disk = SmallDisk.mount(this.directory)) {
			Noted ledger = new Noted(5000);
			Path file = disk.file("ledger");
			Checkpoints checkpoints = Checkpoints.start(ledger, open(file), INTERVAL, SOON);
			ledger.merge();
			assertThat(checkpoints.flush()).isTrue();
			disk.fill();
			ledger.merge();
			checkpoints.whenOnDisk(() -> this.run.add(1));
			pause(Duration.ofSeconds(1));
			assertThat(this.run).isEmpty();
			disk.free();
			Eventually.within(SOON, () -> this.run.size() == 1);
			assertThat(ledger.onDisk()).isEqualTo(2);
			checkpoints.close();
			assertThat(Noted.merged(read(file))).isEqualTo(2);
			assertThat(output).doesNotContain("has not been written");
		}
	}

	@Test
	void theNextStartFindsTheMarkOfAFullDiskAndTheLastWholeRecord() throws IOException {
		try (SmallDisk disk = SmallDisk.mount(this.directory)) {
			Path file = disk.file("ledger");
			Noted ledger = new Noted(5000);
			Checkpoints checkpoints = Checkpoints.start(ledger, open(file), INTERVAL, LIMIT);
			ledger.merge();
			assertThat(checkpoints.flush()).isTrue();
			disk.fill();
			ledger.merge();
			Eventually.within(SOON, checkpoints::isDegraded);
			checkpoints.whenOnDisk(() -> this.run.add(1));
			checkpoints.close();
			assertThat(this.run).containsExactly(1);
			disk.free();

			LedgerFile again = open(file);
			assertThat(again.isMarked()).isTrue();
			assertThat(Noted.merged(again.records())).isEqualTo(1);
			try (Checkpoints next = Checkpoints.start(ledger, again, INTERVAL, LIMIT)) {
				assertThat(next.flush()).isTrue();
				assertThat(isMarked(file)).isFalse();
			}
		}
	}

	@Test
	void aFileThatSomebodyRemovedFromAFullDiskIsNotTakenForWritten() throws IOException {
		try (SmallDisk disk = SmallDisk.mount(this.directory)) {
			Path file = disk.file("ledger");
			Noted ledger = new Noted(150_000);
			Checkpoints checkpoints = Checkpoints.start(ledger, open(file), INTERVAL, LIMIT);
			ledger.merge();
			assertThat(checkpoints.flush()).isTrue();
			disk.fill();
			Files.delete(file);
			ledger.merge();
			// It is gone, and there is no space for another: that is not taken for
			// written.
			Eventually.within(SOON, checkpoints::isDegraded);
			disk.free();
			Eventually.within(SOON, () -> !checkpoints.isDegraded());
			checkpoints.close();
			assertThat(Noted.merged(read(file))).isEqualTo(2);
		}
	}

	@Test
	void aCheckpointThatDoesNotComeBackIsToldAndWhatWaitsWaits(CapturedOutput output) {
		CountDownLatch stuck = new CountDownLatch(1);
		try (Checkpoints checkpoints = start(this.directory.resolve("ledger"))) {
			checkpoints.flush();
			this.ledger.stuck = stuck;
			this.ledger.merge();
			checkpoints.whenOnDisk(() -> this.run.add(1));
			Eventually.within(SOON, this.ledger::isPassing);
			assertThat(checkpoints.isDegraded()).isTrue();
			assertThat(checkpoints.flush()).isFalse();
			assertThat(this.run).isEmpty();
			this.ledger.stuck = null;
			stuck.countDown();
			Eventually.within(SOON, () -> !checkpoints.isDegraded());
			Eventually.within(SOON, () -> this.run.size() == 1);
			assertThat(this.ledger.isPassing()).isFalse();
			assertThat(output).containsOnlyOnce("The ledger has not been written");
		}
	}

	@Test
	void aDiskThatHaltsIsToldAndWhatWaitsWaitsUntilItIsOnDisk(@TempDir Path images) {
		try (SmallDisk disk = SmallDisk.mountImage(this.directory, images.resolve("image"))) {
			Path file = disk.file("ledger");
			Checkpoints checkpoints = start(file);
			this.ledger.merge();
			assertThat(checkpoints.flush()).isTrue();
			disk.freeze();
			try {
				this.ledger.merge();
				checkpoints.whenOnDisk(() -> this.run.add((int) lastOf(file)));
				Eventually.within(SOON, this.ledger::isPassing);
				assertThat(checkpoints.isDegraded()).isTrue();
				assertThat(this.run).isEmpty();
			}
			finally {
				disk.thaw();
			}
			Eventually.within(SOON, () -> !checkpoints.isDegraded());
			Eventually.within(SOON, () -> this.run.size() == 1);
			assertThat(this.run).containsExactly(2);
			assertThat(this.ledger.isPassing()).isFalse();
			checkpoints.close();
		}
	}

	@Test
	void aDiskThatTakesNotEvenTheMarkLeavesWaitingWhatWaits(@TempDir Path images) throws IOException {
		try (SmallDisk disk = SmallDisk.mountImage(this.directory, images.resolve("image"))) {
			Path file = disk.file("ledger");
			Checkpoints checkpoints = start(file);
			this.ledger.merge();
			assertThat(checkpoints.flush()).isTrue();
			disk.breakDown();
			this.ledger.merge();
			checkpoints.whenOnDisk(() -> this.run.add(1));
			Eventually.within(SOON, checkpoints::isDegraded);
			assertThat(this.ledger.isPassing()).isTrue();
			assertThat(checkpoints.flush()).isFalse();
			checkpoints.close();
			assertThat(this.run).isEmpty();
		}
	}

	@Test
	void aLedgerThatFailsIsTriedAgain() {
		try (Checkpoints checkpoints = start(this.directory.resolve("ledger"))) {
			this.ledger.broken = new IllegalStateException("on purpose");
			this.ledger.merge();
			Eventually.within(SOON, checkpoints::isDegraded);
			this.ledger.broken = null;
			Eventually.within(SOON, () -> !checkpoints.isDegraded());
			assertThat(checkpoints.flush()).isTrue();
			assertThat(this.ledger.onDisk()).isEqualTo(1);
		}
	}

	private Checkpoints start(Path file) {
		return Checkpoints.start(this.ledger, open(file), INTERVAL, LIMIT);
	}

	private static LedgerFile open(Path file) {
		return LedgerFile.open(file, null, () -> "tested", Instant.EPOCH);
	}

	private static List<byte[]> read(Path file) {
		try (LedgerFile ledger = open(file)) {
			return ledger.records();
		}
	}

	/** The number in the last record of a file that is open. */
	private static long lastOf(Path file) {
		try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
			return Noted.merged(LedgerRecords.read(in.getChannel(), 0).bodies());
		}
		catch (IOException | LedgerHeader.UnreadableException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isMarked(Path file) {
		try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
			return LedgerHeader.isMarked(LedgerRecords.read(in.getChannel(), 0, LedgerHeader.SIZE).array());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void pause(Duration time) {
		try {
			Thread.sleep(time.toMillis());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
