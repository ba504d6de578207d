package dev.waybill.producer.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import dev.waybill.testing.JavaProcess;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

class LedgerFileTests {

	private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05.000000006Z");

	private static final byte[] FIRST = "first".getBytes();

	private static final byte[] SECOND = "the second".getBytes();

	private static final byte[] THIRD = "3".getBytes();

	private final Path directory;

	private final Path file;

	LedgerFileTests(@TempDir Path directory) {
		this.directory = directory;
		this.file = directory.resolve("ledger");
	}

	@BeforeEach
	void threeRecords() throws IOException {
		try (LedgerFile made = open(null)) {
			made.append(FIRST);
			made.append(SECOND);
			made.append(THIRD);
		}
	}

	@Test
	void givesBackWhatWasWrittenAndWhoseItIs() {
		try (LedgerFile again = LedgerFile.open(this.file, null, () -> "other", Instant.EPOCH)) {
			assertThat(again.instance()).isEqualTo("fallback");
			assertThat(again.since()).isEqualTo(SINCE);
			assertThat(again.isMarked()).isFalse();
			assertThat(again.records()).containsExactly(FIRST, SECOND, THIRD);
		}
	}

	@Test
	void aNewFileIsThatOfTheConfiguredInstanceAndEmpty() {
		Path other = this.directory.resolve("other");
		try (LedgerFile made = LedgerFile.open(other, "configured", () -> "fallback", SINCE)) {
			assertThat(made.instance()).isEqualTo("configured");
			assertThat(made.records()).isEmpty();
		}
		assertThat(other).hasSize(LedgerHeader.SIZE);
	}

	@Test
	void aRecordMayBeEmptyOrLarge() throws IOException {
		byte[] large = new byte[3_000_000];
		new Random(1).nextBytes(large);
		try (LedgerFile ledger = open(null)) {
			ledger.append(new byte[0]);
			ledger.append(large);
		}
		assertThat(read()).containsExactly(FIRST, SECOND, THIRD, new byte[0], large);
	}

	@Test
	void aLastRecordCutAtAnyByteIsIgnoredAndCutOff() throws IOException {
		byte[] whole = Files.readAllBytes(this.file);
		int begin = whole.length - LedgerRecords.HEAD - THIRD.length;
		for (int length = begin; length < whole.length; length++) {
			Files.write(this.file, Arrays.copyOf(whole, length));
			assertThat(read()).as("cut at %d", length).containsExactly(FIRST, SECOND);
			assertThat(this.file).hasSize(begin);
			try (LedgerFile ledger = open(null)) {
				ledger.append(THIRD);
			}
			assertThat(this.file).hasBinaryContent(whole);
		}
	}

	@Test
	void aLastRecordWithAnyByteWrongIsIgnored() throws IOException {
		byte[] whole = Files.readAllBytes(this.file);
		for (int at = whole.length - LedgerRecords.HEAD - THIRD.length; at < whole.length; at++) {
			Files.write(this.file, wrongAt(whole, at));
			assertThat(read()).as("wrong at %d", at).containsExactly(FIRST, SECOND);
		}
	}

	@Test
	void aLastRecordThatIsOnlyAllottedSpaceIsIgnored() throws IOException {
		byte[] whole = Files.readAllBytes(this.file);
		for (int zeros : new int[] { 1, 15, 16, 17, 70_000, 140_000 }) {
			Files.write(this.file, Arrays.copyOf(whole, whole.length + zeros));
			assertThat(read()).containsExactly(FIRST, SECOND, THIRD);
			assertThat(this.file).hasBinaryContent(whole);
		}
	}

	@Test
	void aRecordBeforeTheLastWithAnyByteWrongIsRefusedUntouched() throws IOException {
		byte[] whole = Files.readAllBytes(this.file);
		int last = whole.length - LedgerRecords.HEAD - THIRD.length;
		for (int at = LedgerHeader.SIZE; at < last; at++) {
			assertRefused(wrongAt(whole, at), "is damaged at byte ");
		}
	}

	@Test
	void aWrongByteFarBeforeTheLastRecordIsRefused() throws IOException {
		try (LedgerFile ledger = open(null)) {
			ledger.append(new byte[200_000]);
			ledger.append(THIRD);
		}
		byte[] whole = Files.readAllBytes(this.file);
		int large = whole.length - LedgerRecords.HEAD - THIRD.length - 200_000 - LedgerRecords.HEAD;
		for (int at = large; at < large + LedgerRecords.HEAD + 1; at++) {
			assertRefused(wrongAt(whole, at), "is damaged at byte " + large);
		}
	}

	@Test
	void whatACompactionWroteIsNeverTakenForTorn() throws IOException {
		try (LedgerFile ledger = open(null)) {
			ledger.compact(SECOND);
		}
		byte[] whole = Files.readAllBytes(this.file);
		for (int at = LedgerHeader.SIZE; at < whole.length; at++) {
			assertRefused(wrongAt(whole, at), "is damaged at byte ");
			assertRefused(Arrays.copyOf(whole, at), "is damaged at byte ");
		}
	}

	@Test
	void aDamagedFirstBlockIsRefusedUntouched() throws IOException {
		byte[] whole = Files.readAllBytes(this.file);
		for (int at = 0; at < 101; at++) {
			assertRefused(wrongAt(whole, at), "; ");
		}
		for (int length = 0; length < LedgerHeader.SIZE; length += 7) {
			assertRefused(Arrays.copyOf(whole, length), (length < 12) ? "is not a ledger" : "is damaged");
		}
	}

	@Test
	void whatIsNoLedgerIsRefusedUntouched() throws IOException {
		byte[] noise = new byte[20_000];
		new Random(2).nextBytes(noise);
		assertRefused(noise, "is not a ledger; name another file, or move this one away.");
		assertRefused("#!/bin/sh\n".getBytes(), "is not a ledger");
		assertRefused(new byte[0], "is not a ledger");
	}

	@Test
	void aNewerFormatIsRefusedUntouchedWhateverTheRestIs() throws IOException {
		byte[] newer = ByteBuffer.wrap(Files.readAllBytes(this.file)).putInt(8, 2).array();
		assertRefused(newer, "was written by a newer version, in format 2 where this one knows up to 1; start that");
		assertRefused(Arrays.copyOf(newer, 12), "was written by a newer version");
	}

	@Test
	void theFileOfAnotherInstanceIsRefusedUntouched() throws IOException {
		byte[] before = Files.readAllBytes(this.file);
		assertThatExceptionOfType(LedgerFileException.class).isThrownBy(() -> open("mine"))
			.withMessage("The ledger file %s (waybill.ledger.file) is the ledger of the instance 'fallback', and"
					+ " waybill.instance is 'mine'; give each instance a file of its own.", this.file);
		assertThat(this.file).hasBinaryContent(before);
		open("fallback").close();
	}

	@Test
	void aDirectoryIsRefused() {
		assertSentence(this.directory, "is a directory; name a file in it.");
		assertThat(this.directory.resolveSibling(this.directory.getFileName() + ".lock")).doesNotExist();
	}

	@Test
	void aDirectoryThatIsMissingIsNotMade() {
		assertSentence(this.directory.resolve("volume/ledger"), "is in a directory that does not exist; make it");
		assertThat(this.directory.resolve("volume")).doesNotExist();
	}

	@Test
	void aDeviceIsRefused() {
		assertSentence(Path.of("/dev/null"), "is not a ledger; name another file.");
	}

	@Test
	void aDirectoryWhereNothingCanBeWrittenIsRefused() {
		assertSentence(Path.of("/proc/ledger"), "cannot be locked: ");
	}

	@Test
	void theSentenceIsAllThatStartUpSays() {
		LedgerFileException failure = new LedgerFileException(this.file, "is a test", null);
		// Some of Boot's own need a bean factory.
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation(getClass().getClassLoader())
			.load(FailureAnalyzer.class, (type, name, ex) -> {
			})).filteredOn(LedgerFileFailureAnalyzer.class::isInstance)
			.singleElement()
			.satisfies((analyzer) -> assertThat(analyzer.analyze(new IllegalStateException(failure)))
				.satisfies((analysis) -> assertThat(analysis.getDescription())
					.isEqualTo("The ledger file " + this.file + " (waybill.ledger.file) is a test.")));
	}

	@Test
	void isOpenOnceInAJvmAndTheSecondTryGivesTheLockNotAway() {
		try (LedgerFile ledger = open(null)) {
			assertSentence(this.file, "is in use by another process; stop that, or give each instance a file of");
			assertSentence(this.directory.resolve("./ledger"), "is in use");
			try (JavaProcess other = other()) {
				other.awaitOutput("is in use by another process", Duration.ofSeconds(30));
			}
			assertThat(ledger.records()).hasSize(3);
		}
		open(null).close();
	}

	@Test
	void isOpenInOneProcessAndFreeOnceThatIsKilled() throws IOException {
		byte[] before = Files.readAllBytes(this.file);
		try (JavaProcess other = other()) {
			other.awaitOutput("opened", Duration.ofSeconds(30));
			assertSentence(this.file, "is in use by another process");
			assertThat(this.file).hasBinaryContent(before);
			other.kill();
		}
		assertThat(read()).hasSize(3);
	}

	@Test
	void followsALinkAndKeepsIt() throws IOException {
		Path link = Files.createSymbolicLink(this.directory.resolve("link"), this.file);
		try (LedgerFile ledger = LedgerFile.open(link, null, () -> "fallback", SINCE)) {
			assertSentence(this.file, "is in use");
			ledger.compact(FIRST);
		}
		assertThat(link).isSymbolicLink();
		assertThat(read()).containsExactly(FIRST);
	}

	@Test
	void theMarkIsSetInPlaceAndStaysUntilItIsTakenAway() throws IOException {
		byte[] before = Files.readAllBytes(this.file);
		withFile(LedgerFile::setMark);
		withFile((ledger) -> {
			assertThat(ledger.isMarked()).isTrue();
			ledger.append(FIRST);
			ledger.compact(SECOND);
		});
		withFile((ledger) -> {
			assertThat(ledger.isMarked()).isTrue();
			assertThat(ledger.records()).containsExactly(SECOND);
			ledger.compact(FIRST);
			ledger.append(SECOND);
			ledger.append(THIRD);
			ledger.clearMark();
		});
		withFile((ledger) -> {
			assertThat(ledger.isMarked()).isFalse();
			assertThat(ledger.records()).containsExactly(FIRST, SECOND, THIRD);
		});
		assertThat(this.file).hasSize(before.length);
	}

	@Test
	void aMarkThatWasHalfWrittenCounts() throws IOException {
		byte[] whole = Files.readAllBytes(this.file);
		for (int at = LedgerHeader.MARK; at < LedgerHeader.MARK + LedgerHeader.MARK_SIZE; at += 51) {
			Files.write(this.file, wrongAt(whole, at));
			withFile((ledger) -> assertThat(ledger.isMarked()).isTrue());
		}
	}

	@Test
	void compactionLeavesOneRecordAndWhoseItIs() throws IOException {
		withFile((ledger) -> ledger.compact(SECOND));
		withFile((ledger) -> {
			assertThat(ledger.instance()).isEqualTo("fallback");
			assertThat(ledger.since()).isEqualTo(SINCE);
			assertThat(ledger.records()).containsExactly(SECOND);
			ledger.append(THIRD);
		});
		assertThat(read()).containsExactly(SECOND, THIRD);
		assertThat(this.directory).isDirectoryNotContaining("glob:**.new");
	}

	@Test
	void aCompactionThatEndedBeforeTheRenameHasNotBeen() throws IOException {
		byte[] before = Files.readAllBytes(this.file);
		for (int length : new int[] { 0, 5, 4096, 5000 }) {
			Path next = this.directory.resolve("ledger.new");
			Files.write(next, Arrays.copyOf(before, length));
			assertThat(read()).containsExactly(FIRST, SECOND, THIRD);
			assertThat(next).doesNotExist();
			assertThat(this.file).hasBinaryContent(before);
		}
	}

	@Test
	void aFirstStartThatEndedBeforeTheRenameHasNotBeen() throws IOException {
		Files.move(this.file, this.directory.resolve("ledger.new"));
		assertThat(read()).isEmpty();
		assertThat(this.directory).isDirectoryNotContaining("glob:**.new");
	}

	@Test
	void aCompactionThatFailsLeavesAllAsItWas() throws IOException {
		Path inTheWay = this.directory.resolve("ledger.new");
		withFile((ledger) -> {
			Files.createDirectory(inTheWay);
			assertThatIOException().isThrownBy(() -> ledger.compact(FIRST));
			ledger.append(FIRST);
			Files.deleteIfExists(inTheWay);
		});
		assertThat(read()).containsExactly(FIRST, SECOND, THIRD, FIRST);
	}

	@Test
	void aFileThatGrewToFourTimesWhatItTakesIsToBeCompacted() throws IOException {
		byte[] large = new byte[1 << 20];
		withFile((ledger) -> {
			for (int i = 0; i < 3; i++) {
				ledger.append(large);
			}
			assertThat(ledger.needsCompaction()).isFalse();
			ledger.append(large);
			assertThat(ledger.needsCompaction()).isTrue();
			ledger.compact(new byte[2 << 20]);
			assertThat(ledger.needsCompaction()).isFalse();
			for (int i = 0; i < 6; i++) {
				ledger.append(large);
			}
			assertThat(ledger.needsCompaction()).isFalse();
			ledger.append(large);
			assertThat(ledger.needsCompaction()).isTrue();
		});
	}

	@Test
	void aFileThatSomebodyRemovedTakesNoMoreUntilItIsMadeAgain() throws IOException {
		withFile((ledger) -> {
			Files.delete(this.file);
			assertThat(ledger.needsCompaction()).isTrue();
			assertThatIOException().isThrownBy(() -> ledger.append(FIRST));
			ledger.compact(SECOND);
			ledger.append(THIRD);
		});
		assertThat(read()).containsExactly(SECOND, THIRD);
	}

	@Test
	void recordsThatTheLedgerDoesNotUnderstandAreRefusedUntouched() throws IOException {
		byte[] before = Files.readAllBytes(this.file);
		assertThatExceptionOfType(LedgerFileException.class)
			.isThrownBy(() -> open(null)
				.ledger(new DeliveryLedger.Builder(Duration.ofSeconds(90), Duration.ofSeconds(30), true)))
			.withMessageContaining("is whole, but says what is not understood");
		assertThat(this.file).hasBinaryContent(before);
		open(null).close();
	}

	@Test
	void saysWhatAnAppendCosts() throws IOException {
		for (int size : new int[] { 200, 10_000, 1_000_000 }) {
			withFile((ledger) -> {
				long[] took = new long[50];
				for (int i = 0; i < took.length; i++) {
					long begun = System.nanoTime();
					ledger.append(new byte[size]);
					took[i] = (System.nanoTime() - begun) / 1000;
				}
				Arrays.sort(took);
				System.out.printf("append and force of %,d bytes: median %,d us, highest %,d us%n", size, took[25],
						took[49]);
			});
		}
	}

	private LedgerFile open(@Nullable String configured) {
		return LedgerFile.open(this.file, configured, () -> "fallback", SINCE);
	}

	private List<byte[]> read() {
		try (LedgerFile ledger = open(null)) {
			return ledger.records();
		}
	}

	private void withFile(Use use) throws IOException {
		try (LedgerFile ledger = open(null)) {
			use.of(ledger);
		}
	}

	private void assertRefused(byte[] content, String why) throws IOException {
		Files.write(this.file, content);
		assertSentence(this.file, why);
		assertThat(this.file).hasBinaryContent(content);
	}

	private static void assertSentence(Path file, String why) {
		assertThatExceptionOfType(LedgerFileException.class)
			.isThrownBy(() -> LedgerFile.open(file, null, () -> "fallback", SINCE).close())
			.withMessageStartingWith("The ledger file /")
			.withMessageContaining(" (waybill.ledger.file) ")
			.withMessageContaining(why)
			.withMessageEndingWith(".");
	}

	private static byte[] wrongAt(byte[] whole, int at) {
		byte[] wrong = whole.clone();
		wrong[at] ^= 0x10;
		return wrong;
	}

	private JavaProcess other() {
		return JavaProcess.start(Opener.class.getName(), List.of("-XX:TieredStopAtLevel=1"),
				List.of(this.file.toString()));
	}

	private interface Use {

		void of(LedgerFile ledger) throws IOException;

	}

	/** Opens the file and keeps it. */
	static final class Opener {

		private Opener() {
		}

		public static void main(String[] arguments) throws InterruptedException {
			try (LedgerFile ledger = LedgerFile.open(Path.of(arguments[0]), null, () -> "fallback", SINCE)) {
				System.out.println("opened " + ledger.instance());
				Thread.sleep(60_000);
			}
			catch (LedgerFileException ex) {
				System.out.println(ex.getMessage());
			}
		}

	}

}
