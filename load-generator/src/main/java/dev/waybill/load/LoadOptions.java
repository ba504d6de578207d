package dev.waybill.load;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Decides what may be asked for.
 *
 * @param mode how requests are paced
 * @param rate messages per second; of {@code FIND_KNEE} the first one tried; 0 where
 * closed
 * @param duration how long load is offered; of {@code FIND_KNEE} at each rate
 * @param urls base addresses of the producers, used in turn
 * @param connections kept open, over all producers
 * @param batch lines of a batch, or 0 for single messages
 * @param size bytes of a message's body
 * @param kneeP99 the p99 beyond which a rate is too high
 * @param settle how long the end waits for the ledgers
 * @param timeout how long a request waits for its answer
 * @param journals of the consumers; none: the ledger's word is taken
 * @param output the folder for the results, or null
 */
record LoadOptions(Mode mode, int rate, Duration duration, List<URI> urls, int connections, int batch, int size,
		Duration kneeP99, Duration settle, Duration timeout, List<Path> journals, @Nullable Path output) {

	static final String USAGE = """
			One of:
			  --rate N           open loop: offer N messages per second, whatever the answers
			  --closed N         closed loop: N connections, each sends when it has its answer
			  --find-knee        raise the rate until the p99 breaks; --rate is the first one
			                     (default 500), --duration the time at each (default 5s)
			and:
			  --url URL          base address of a producer; several are used in turn
			                     (default http://127.0.0.1:8080)
			  --duration TIME    how long (default 60s)
			  --connections N    kept open, over all producers (default 64)
			  --batch N          POST /messages/batch with N lines each (default: single)
			  --size BYTES       of a message (default 256)
			  --knee-p99 TIME    a p99 beyond it is broken (default 50ms)
			  --timeout TIME     no answer by then is unknown (default 30s)
			  --settle TIME      how long the end waits for the ledgers (default 120s)
			  --journal FILE     a journal of the stock consumer (waybill.processor.journal);
			                     several for several consumers. Then the verdict comes from
			                     them, else it is the ledger's word
			  --output DIR       write the results there: result.txt and *.hgrm
			  --help             this text
			Options are written --name VALUE or --name=VALUE, times as 500ms, 60s, 2m, 1h.
			Exit status: 0 good; 1 not accounted for, or under 99 % of the rate; 2 bad
			options; 3 a producer that cannot be reached.""";

	private static final long MOST_MESSAGES = 1_000_000_000;

	private static final long MOST_BATCH_BYTES = 16 << 20;

	/** How requests are paced. */
	enum Mode {

		/** At a rate, whatever the answers. */
		OPEN,

		/** Each connection sends when it has its answer. */
		CLOSED,

		/** Open, at rising rates. */
		FIND_KNEE

	}

	LoadOptions {
		urls = List.copyOf(urls);
		journals = List.copyOf(journals);
		if (rate * duration.toMillis() / 1000.0 > MOST_MESSAGES) {
			throw NotPossibleException
				.badOption("--rate for --duration is more messages than the list of outcomes takes; " + "allowed are "
						+ MOST_MESSAGES);
		}
		if ((long) Math.max(batch, 1) * size > MOST_BATCH_BYTES) {
			throw NotPossibleException.badOption("--batch times --size is %d bytes; allowed are %d"
				.formatted((long) batch * size, MOST_BATCH_BYTES));
		}
		if (connections < urls.size()) {
			throw NotPossibleException
				.badOption("%d connections are too few for %d producers; allowed is one for each or more"
					.formatted(connections, urls.size()));
		}
	}

	static LoadOptions parse(String... arguments) {
		CommandLine line = CommandLine.parse(arguments);
		Mode mode = mode(line);
		boolean knee = mode == Mode.FIND_KNEE;
		if (mode == Mode.CLOSED && line.has("connections")) {
			throw NotPossibleException
				.badOption("--closed says how many connections there are: leave --connections out");
		}
		if (!knee && line.has("knee-p99")) {
			throw NotPossibleException.badOption("--knee-p99 is for --find-knee: leave it out, or give both");
		}
		int rate = (mode == Mode.CLOSED) ? 0 : line.number("rate", 500, 1, 1_000_000);
		int connections = line.number((mode == Mode.CLOSED) ? "closed" : "connections", 64, 1, 10_000);
		return new LoadOptions(mode, rate,
				line.duration("duration", Duration.ofSeconds(knee ? 5 : 60), Duration.ofSeconds(1),
						Duration.ofHours(24)),
				line.urls("url", URI.create("http://127.0.0.1:8080")), connections,
				line.has("batch") ? line.number("batch", 1, 1, 1000) : 0, line.number("size", 256, 64, 1 << 20),
				line.duration("knee-p99", Duration.ofMillis(50), Duration.ofMillis(1), Duration.ofSeconds(60)),
				line.duration("settle", Duration.ofSeconds(120), Duration.ZERO, Duration.ofHours(24)),
				line.duration("timeout", Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofMinutes(10)),
				line.readableFiles("journal"), line.directory("output"));
	}

	private static Mode mode(CommandLine line) {
		if (line.has("closed") && (line.has("rate") || line.has("find-knee"))) {
			throw NotPossibleException.badOption("--closed has no rate: leave out either it or --%s"
				.formatted(line.has("rate") ? "rate" : "find-knee"));
		}
		if (line.has("find-knee")) {
			return Mode.FIND_KNEE;
		}
		if (!line.has("closed") && !line.has("rate")) {
			throw NotPossibleException.badOption("One of --rate, --closed and --find-knee must be given\n\n" + USAGE);
		}
		return line.has("closed") ? Mode.CLOSED : Mode.OPEN;
	}

	/** Messages of a request. */
	int messagesPerRequest() {
		return Math.max(this.batch, 1);
	}

}
