package dev.waybill.load;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.HdrHistogram.Histogram;

/** Words the results. */
final class Report {

	private static final int TICKS_PER_HALF_DISTANCE = 5;

	private Report() {
	}

	/** What happened while load was offered. */
	static List<String> of(Stretch stretch) {
		List<String> lines = new ArrayList<>();
		String rates = String.format(Locale.ROOT, "sent %.1f/s, accepted %.1f/s", stretch.sentRate(),
				stretch.acceptedRate());
		lines.add(
				stretch.pace().isOpen() ? String.format(Locale.ROOT, "Offered %.1f/s: %s", stretch.offeredRate(), rates)
						: "Closed loop: " + rates);
		lines.add("Latency in ms, from the " + (stretch.pace().isOpen() ? "intended " : "") + "send time:");
		lines.add(latencies("all", stretch.latencies().all()));
		for (Outcome outcome : Outcome.values()) {
			if (stretch.count(outcome) > 0) {
				lines.add(latencies(outcome.text(), stretch.latencies().of(outcome)));
			}
		}
		if (stretch.notSent() > 0) {
			lines.add(stretch.notSent() + " were never sent: no connection was free");
		}
		if (stretch.unansweredCount() > 0) {
			lines.add(stretch.unansweredCount() + " had no answer: their connection ended, or --timeout was over");
		}
		if (stretch.firstNotOurs() != null) {
			lines.add("%d answers were not a producer's, the first: %s".formatted(stretch.notOursCount(),
					stretch.firstNotOurs()));
		}
		return lines;
	}

	private static String latencies(String name, Histogram histogram) {
		return String.format(Locale.ROOT, "  %-9s p50 %.3f  p90 %.3f  p99 %.3f  p99.9 %.3f  max %.3f", name,
				Latencies.millis(histogram, 50), Latencies.millis(histogram, 90), Latencies.millis(histogram, 99),
				Latencies.millis(histogram, 99.9), histogram.getMaxValue() / 1e6);
	}

	/** What became of it all; the line with the counts is for programs too. */
	static List<String> of(OutcomeList outcomes, Proof proof) {
		List<String> lines = new ArrayList<>();
		long accepted = outcomes.count(Outcome.ACCEPTED);
		long rejected = outcomes.count(Outcome.REJECTED);
		long unknown = outcomes.count(Outcome.UNKNOWN);
		lines.add(proof.heading() + ":");
		lines.add("sent=%d accepted=%d rejected=%d unknown=%d processed=%d dead-lettered=%d duplicated=%d lost=%d"
			.formatted(accepted + rejected + unknown, accepted, rejected, unknown, proof.processed(),
					proof.deadLettered(), proof.duplicated(), proof.lost()));
		lines.addAll(proof.notes());
		return lines;
	}

	/** Writes the text and the histograms (HdrHistogram's percentiles, in ms). */
	static void write(Path directory, List<String> lines, Stretch stretch) {
		try {
			Files.write(directory.resolve("result.txt"), lines);
			write(directory.resolve("latency.hgrm"), stretch.latencies().all());
			for (Outcome outcome : Outcome.values()) {
				write(directory.resolve("latency-" + outcome.text() + ".hgrm"), stretch.latencies().of(outcome));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void write(Path file, Histogram histogram) throws IOException {
		try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
			histogram.outputPercentileDistribution(out, TICKS_PER_HALF_DISTANCE, 1e6);
			if (out.checkError()) {
				throw new IOException(file + " could not be written");
			}
		}
	}

}
