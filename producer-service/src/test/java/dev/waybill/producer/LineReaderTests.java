package dev.waybill.producer;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LineReaderTests {

	private static final int LONGEST = 20_000;

	private static final int MOST = 1_000_000;

	private final ByteBudget budget = new ByteBudget(100_000);

	private final BatchShare share = new BatchShare(SettingsTests.bind("waybill.batch", BatchSettings.class, Map.of()),
			SettingsTests.bind("waybill.publish", PublishSettings.class,
					Map.of("waybill.publish.entry-bytes", "100000B", "waybill.publish.max-message-size", "20000B")),
			this.budget);

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void givesTheLinesHoweverTheyCome(long seed) throws Exception {
		Random random = new Random(seed);
		List<String> lines = IntStream.range(0, 200)
			.mapToObj((i) -> "x".repeat(random.nextInt(20) == 0 ? random.nextInt(LONGEST + 1) : random.nextInt(200)))
			.toList();
		String body = lines.stream()
			.map((line) -> line + (random.nextBoolean() ? "\n" : "\r\n"))
			.collect(Collectors.joining());
		LineReader reader = reader(inPieces(body, random), -1);
		assertThat(rest(reader)).isEqualTo(lines);
		assertThat(this.budget.taken()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "'a\nb', 'a|b'", "'a\nb\n', 'a|b'", "'\n', ''", "'\n\nb', '||b'", "'a\r\n\r\n', 'a|'",
			"'a\rb', 'a\rb'" })
	void theLastLineNeedsNoEnd(String body, String lines) throws Exception {
		LineReader reader = reader(stream(body), body.length());
		assertThat(String.join("|", rest(reader))).isEqualTo(lines);
	}

	@Test
	void anEmptyBodyHasNoLine() throws Exception {
		assertThat(reader(stream(""), 0).isAtEnd()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 5_000, 100_000 })
	void aLineThatIsTooLongIsSkippedAlone(int more) throws Exception {
		LineReader reader = reader(stream("a\n" + "x".repeat(LONGEST + more) + "\nb\n"), -1);
		assertThat(next(reader)).isEqualTo("a");
		assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> next(reader))
			.withMessageContaining("longer than " + LONGEST + " bytes")
			.matches((ex) -> ex.reason() == Reason.TOO_LARGE);
		assertThat(next(reader)).isEqualTo("b");
		assertThat(reader.isAtEnd()).isTrue();
		assertThat(this.budget.taken()).isZero();
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 10_000 })
	void aLineForWhichThereIsNoRoomIsSkippedAlone(int length) throws Exception {
		LineReader reader = reader(stream("x".repeat(length) + "\nb\n"), -1);
		this.budget.tryTake(100_000);
		assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> next(reader))
			.matches((ex) -> ex.reason() == Reason.OVERLOADED);
		this.budget.giveBack(100_000);
		assertThat(next(reader)).isEqualTo("b");
		assertThat(this.budget.taken()).isZero();
	}

	@Test
	void aBodyThatIsTooLargeIsReadNoFurther() throws Exception {
		LineReader reader = reader(stream("x\n".repeat(MOST)), -1);
		assertThatExceptionOfType(BeyondLimitException.class).isThrownBy(() -> rest(reader))
			.withMessageContaining("larger than " + MOST + " bytes")
			.matches((ex) -> ex.reason() == Reason.TOO_LARGE);
		assertThat(this.budget.taken()).isZero();
	}

	@Test
	void aBodyThatEndsTooEarlyIsNoWholeBody() throws Exception {
		LineReader reader = reader(stream("a\nb"), 4);
		assertThat(next(reader)).isEqualTo("a");
		assertThatExceptionOfType(EOFException.class).isThrownBy(() -> next(reader))
			.withMessageContaining("after 3 of 4 bytes");
	}

	@Test
	void aBodyThatTakesTooLongIsReadNoFurther() {
		LineReader reader = new LineReader(stream("a\n"), -1, LONGEST, MOST, System.nanoTime() - 1, this.share);
		assertThatExceptionOfType(BeyondLimitException.class).isThrownBy(reader::isAtEnd)
			.matches((ex) -> ex.reason() == Reason.TOO_SLOW);
	}

	private LineReader reader(InputStream in, long declared) {
		return new LineReader(in, declared, LONGEST, MOST, System.nanoTime() + Duration.ofHours(1).toNanos(),
				this.share);
	}

	private List<String> rest(LineReader reader) throws IOException, InterruptedException {
		List<String> lines = new ArrayList<>();
		while (!reader.isAtEnd()) {
			lines.add(next(reader));
		}
		return lines;
	}

	private String next(LineReader reader) throws IOException, InterruptedException {
		byte[] line = reader.next(0);
		this.share.giveBack(line.length);
		return new String(line, StandardCharsets.US_ASCII);
	}

	private static InputStream stream(String body) {
		return new ByteArrayInputStream(body.getBytes(StandardCharsets.US_ASCII));
	}

	/** As it may come from a network. */
	private static InputStream inPieces(String body, Random random) {
		return new ByteArrayInputStream(body.getBytes(StandardCharsets.US_ASCII)) {
			@Override
			public int read(byte[] into, int offset, int length) {
				return super.read(into, offset, Math.min(length, 1 + random.nextInt(9_000)));
			}
		};
	}

}
