package dev.waybill.contract;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The form on the wire: what is in the golden files is readable for ever. */
class ReceiptFormTests {

	private static final long SOURCE = 0xfedcba9876543210L;

	private static final Receipt GOLDEN = new Receipt(0x0123456789abcdefL, 300,
			List.of(new Run(Kind.PROCESSED, SOURCE, 1, 5), new Run(Kind.PROCESSED, SOURCE, 8, 8),
					new Run(Kind.PROCESSED, SOURCE, 1000, 1299), new Run(Kind.DUPLICATE, SOURCE, 3, 3),
					new Run(Kind.DEAD_LETTERED, SOURCE, 7, 7), new Run(Kind.HELD, 0x1f, 1L << 62, 1L << 62)),
			List.of(0x1122334455667788L, -2L),
			List.of(new Reading(SOURCE, 1, 1_764_000_000_000_000L, 1_764_000_000_003_000L, 1_764_000_000_004_500L),
					new Reading(SOURCE, 2, 1_763_999_999_999_937L, 1_763_999_999_999_737L, 1_763_999_999_999_737L)));

	@Test
	void readsTheGoldenFile() throws Exception {
		assertThat(Receipt.decode(bytes(golden("receipt-1.hex")))).isEqualTo(GOLDEN);
	}

	@Test
	void readsWhatALaterMinorVersionAddsWithoutIt() throws Exception {
		assertThat(Receipt.decode(bytes(golden("receipt-1-later.hex")))).isEqualTo(GOLDEN);
	}

	@Test
	void writesTheGoldenFile() throws Exception {
		assertThat(HexFormat.ofDelimiter(" ").formatHex(GOLDEN.encode()))
			.isEqualTo(HexFormat.ofDelimiter(" ").formatHex(bytes(golden("receipt-1.hex"))));
	}

	@Test
	void theDocumentShowsTheGoldenFileLineByLine() throws Exception {
		String document = Files.readString(Path.of("..", "docs", "receipts.md"));
		String example = document.split("```")[1].strip();
		String golden = golden("receipt-1.hex");
		assertThat(golden).endsWith(example + "\n");
		assertThat(bytes(example)).isEqualTo(bytes(golden));
	}

	@Test
	void aHundredMessagesInOrderTakeLessThanOneKilobyte() {
		byte[] bytes = Some.hundredInOrder(1_000_001).encode();
		System.out.println("A receipt of 100 messages in order with their readings: " + bytes.length + " bytes");
		assertThat(bytes.length).isLessThan(1000);
	}

	@Test
	void aHundredMessagesAreWrittenAndReadInNoTime() throws Exception {
		Receipt receipt = Some.hundredInOrder(1_000_001);
		byte[] bytes = receipt.encode();
		int rounds = 20_000;
		long read = 0;
		long begin = System.nanoTime();
		for (int round = 0; round < rounds; round++) {
			read += receipt.encode().length;
		}
		long written = System.nanoTime();
		for (int round = 0; round < rounds; round++) {
			read += Receipt.decode(bytes).readings().size();
		}
		long end = System.nanoTime();
		assertThat(read).isEqualTo((long) rounds * (bytes.length + 100));
		System.out.printf("A receipt of 100 messages: written in %.1f us, read in %.1f us%n",
				(written - begin) / 1e3 / rounds, (end - written) / 1e3 / rounds);
		// It takes a few; a machine that does other things too must not fail this
		assertThat((end - begin) / rounds).isLessThan(500_000);
	}

	private static String golden(String name) throws IOException {
		try (InputStream file = ReceiptFormTests.class.getResourceAsStream(name)) {
			assertThat(file).isNotNull();
			return new String(file.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	/** Hex digits, with comments from # to the end of the line. */
	private static byte[] bytes(String text) {
		return HexFormat.of()
			.parseHex(text.lines().map((line) -> line.replaceAll("#.*|\\s", "")).collect(Collectors.joining()));
	}

}
