package dev.waybill.pair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes down what each fault came to: in the table of {@code docs/reliability.md}, where
 * the run is told to.
 */
final class Reliability {

	private static final String BEGIN = "<!-- results: written by ./mvnw verify -Pfaults -->\n";

	private static final String END = "<!-- end of results -->\n";

	private static final String HEAD = """
			| fault | on | sent | accepted | rejected | unknown | processed | dead-lettered | queued | missing | lost, by the ledger | unaudited | processed again (bound) | longest gap |
			|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
			""";

	private Reliability() {
	}

	/** Until there is a result, it has none: an old one would hide a failure. */
	static void begin(String test) {
		put(test, "| %s | %s | did not end well |%s".formatted(test, LocalDate.now(ZoneOffset.UTC), " |".repeat(11)));
	}

	/** Puts down what it came to. */
	static void add(Row row) {
		put(row.test(), row.markdown());
	}

	/** Puts the row in the place of the one that the same fault has had. */
	private static synchronized void put(String test, String line) {
		String file = System.getProperty("waybill.test.faults.report");
		if (file == null) {
			return;
		}
		try {
			Path path = Path.of(file);
			String text = Files.readString(path);
			int begin = text.indexOf(BEGIN);
			int end = text.indexOf(END);
			if (begin < 0 || end < begin) {
				throw new IllegalStateException(file + " has no place for results: " + BEGIN + END);
			}
			Map<String, String> rows = new TreeMap<>();
			text.substring(begin + BEGIN.length(), end)
				.lines()
				.skip(2)
				.forEach((old) -> rows.put(old.split("\\|")[1].strip(), old));
			rows.put(test, line);
			Files.writeString(path, text.substring(0, begin) + BEGIN + HEAD + String.join("\n", rows.values()) + "\n"
					+ text.substring(end));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What one fault came to; numbers of messages, by the clients and the processors but
	 * where the ledger is named.
	 *
	 * @param test the fault
	 * @param seed what chance began with
	 * @param missing accepted and nowhere
	 * @param again second effects
	 * @param bound as many as there may be
	 * @param gap the longest time in which nothing was accepted
	 */
	record Row(String test, long seed, long sent, long accepted, long rejected, long unknown, long processed,
			long deadLettered, long queued, long missing, long lost, long unaudited, long again, long bound,
			Duration gap) {

		String markdown() {
			return "| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d (%d) | %.1f s |".formatted(
					this.test, LocalDate.now(ZoneOffset.UTC), this.sent, this.accepted, this.rejected, this.unknown,
					this.processed, this.deadLettered, this.queued, this.missing, this.lost, this.unaudited, this.again,
					this.bound, this.gap.toMillis() / 1000.0);
		}

		String line() {
			return "VERDICT seed=" + this.seed + " " + markdown();
		}

	}

}
