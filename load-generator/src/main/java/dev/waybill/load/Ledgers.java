package dev.waybill.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Decides what the ledgers of all producers say of one run: what they say after it, less
 * what they said before.
 */
final class Ledgers {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final long LOOK_MILLIS = 250;

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(TIMEOUT)
		.build();

	private final Map<URI, Ledger> before = new LinkedHashMap<>();

	private Ledgers() {
	}

	/**
	 * Looks at them before a run.
	 * @param settle how long to wait until nothing is pending from before
	 */
	static Ledgers before(List<URI> urls, Duration settle) throws InterruptedException {
		Ledgers ledgers = new Ledgers();
		for (URI url : urls) {
			Ledger ledger = ledgers.readFirst(url);
			for (Map.Entry<URI, Ledger> other : ledgers.before.entrySet()) {
				if (other.getValue().instance().equals(ledger.instance())) {
					throw NotPossibleException
						.badOption("--url is %s and %s, and both are the producer '%s'; allowed is each producer once"
							.formatted(other.getKey(), url, ledger.instance()));
				}
			}
			ledgers.before.put(url, ledger);
		}
		ledgers.awaitSettledBefore(settle);
		return ledgers;
	}

	private Ledger readFirst(URI url) throws InterruptedException {
		try {
			return read(url);
		}
		catch (IOException ex) {
			throw NotPossibleException.unreachable(String.valueOf(ex.getMessage()));
		}
	}

	private void awaitSettledBefore(Duration settle) throws InterruptedException {
		long begin = System.nanoTime();
		for (URI url : List.copyOf(this.before.keySet())) {
			Ledger ledger = readFirst(url);
			while (!ledger.totals().isSettled()) {
				if (System.nanoTime() - begin > settle.toNanos()) {
					throw NotPossibleException.unreachable(
							"The ledger of %s shows %d pending before the run, which could not be told from ours: wait, or give --settle more than %s"
								.formatted(url, ledger.totals().pending() + ledger.totals().inFlight(),
										Durations.text(settle)));
				}
				TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
				ledger = readFirst(url);
			}
			this.before.put(url, ledger);
		}
	}

	/**
	 * Waits until nothing is pending, but not for ever, and tells what the run has
	 * changed.
	 */
	Difference after(Duration settle) throws InterruptedException {
		long begin = System.nanoTime();
		Difference difference = difference();
		while (!difference.isSettled() && System.nanoTime() - begin < settle.toNanos()) {
			TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
			difference = difference();
		}
		return difference;
	}

	private Difference difference() throws InterruptedException {
		LedgerTotals totals = LedgerTotals.NONE;
		List<String> problems = new ArrayList<>();
		List<String> lost = new ArrayList<>();
		for (Map.Entry<URI, Ledger> entry : this.before.entrySet()) {
			Ledger first = entry.getValue();
			try {
				Ledger now = read(entry.getKey());
				if (now.instance().equals(first.instance()) && now.since().equals(first.since())) {
					totals = totals.plus(now.totals().minus(first.totals()));
					now.lost().stream().filter((run) -> !first.lost().contains(run)).forEach(lost::add);
				}
				else {
					problems
						.add("The ledger of %s began anew during the run (was it started again without a ledger file?)"
							.formatted(entry.getKey()));
				}
			}
			catch (IOException ex) {
				problems.add(String.valueOf(ex.getMessage()));
			}
		}
		return new Difference(totals, lost, problems);
	}

	private Ledger read(URI url) throws IOException, InterruptedException {
		URI address = URI.create(url + "/actuator/ledger");
		HttpResponse<String> response;
		try {
			response = this.http.send(HttpRequest.newBuilder(address).timeout(TIMEOUT).build(),
					BodyHandlers.ofString());
		}
		catch (IOException ex) {
			String why = (ex.getMessage() != null) ? ex.getMessage() : ex.getClass().getSimpleName();
			throw new IOException("%s does not answer: %s".formatted(address, why), ex);
		}
		if (response.statusCode() != 200) {
			throw new IOException("%s answers with status %d; a producer shows its ledger there".formatted(address,
					response.statusCode()));
		}
		try {
			return Ledger.parse(response.body());
		}
		catch (IllegalArgumentException ex) {
			throw new IOException("%s does not answer with a ledger: %s".formatted(address, ex.getMessage()), ex);
		}
	}

	/**
	 * What a run has changed.
	 *
	 * @param totals over all producers
	 * @param lost the runs of numbers that became lost
	 * @param problems why a ledger cannot be compared, in sentences
	 */
	record Difference(LedgerTotals totals, List<String> lost, List<String> problems) {

		boolean isSettled() {
			return this.problems.isEmpty() && this.totals.isSettled();
		}

	}

}
