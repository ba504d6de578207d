package dev.waybill.pair;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;

/** One service of a fleet, which a test may kill, stop, and start again as it was. */
final class Service {

	private static final Duration START = Duration.ofSeconds(90);

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final Supplier<JavaProcess> start;

	private final List<JavaProcess> lives = new ArrayList<>();

	final String name;

	private volatile boolean terminated;

	Service(String name, Supplier<JavaProcess> start) {
		this.name = name;
		this.start = start;
	}

	/** Starts it, and does not wait. */
	synchronized Service begin() {
		this.terminated = false;
		this.lives.add(this.start.get());
		return this;
	}

	/** Waits until it serves. */
	Service awaitReady() {
		process().awaitOutput("Tomcat started on port ", START);
		Eventually.within(START, () -> {
			if (!process().isAlive()) {
				return true;
			}
			return get("/actuator/health/readiness").statusCode() == 200;
		});
		if (!process().isAlive()) {
			throw new IllegalStateException(this.name + " has ended:\n" + process().output());
		}
		return this;
	}

	/** Starts it again and waits until it serves. */
	Service again() {
		return begin().awaitReady();
	}

	synchronized JavaProcess process() {
		return this.lives.get(this.lives.size() - 1);
	}

	/** How often it was started. */
	synchronized int lives() {
		return this.lives.size();
	}

	/** Whether it lives, or was told to end. */
	boolean isAsItWasTold() {
		return this.terminated || process().isAlive();
	}

	/** What all its lives have printed. */
	synchronized String output() {
		return this.lives.stream().map(JavaProcess::output).collect(Collectors.joining());
	}

	/** SIGTERM, and waits for the end. */
	void terminate() {
		this.terminated = true;
		process().terminate();
		process().awaitExit(Duration.ofSeconds(40));
	}

	URI uri(String path) {
		Matcher matcher = PORT.matcher(process().output());
		if (!matcher.find()) {
			throw new IllegalStateException(this.name + " does not serve yet");
		}
		return URI.create("http://127.0.0.1:" + matcher.group(1) + path);
	}

	HttpResponse<String> get(String path) throws IOException {
		HttpRequest request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(5)).build();
		try {
			return HTTP.send(request, BodyHandlers.ofString());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** A metric, summed over its series that begin so. */
	double metric(String series) {
		try {
			return get("/actuator/prometheus").body()
				.lines()
				.filter((line) -> !line.startsWith("#") && line.startsWith(series))
				.mapToDouble((line) -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
				.sum();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** What the ledger of a producer says now. */
	LedgerView ledger() throws IOException {
		HttpResponse<String> response = get("/actuator/ledger");
		if (response.statusCode() != 200) {
			throw new IOException(response.statusCode() + " " + response.body());
		}
		return LedgerView.of(response.body());
	}

}
