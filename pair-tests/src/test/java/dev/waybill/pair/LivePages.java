package dev.waybill.pair;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;

import dev.waybill.testing.Eventually;

/** Live pages without a browser: each is open and is told its state. */
final class LivePages implements AutoCloseable {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final String DATA = "data: ";

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final URI uri;

	private final Deque<InputStream> pages = new ArrayDeque<>();

	private final AtomicLong told = new AtomicLong();

	private volatile String last = "";

	LivePages(URI producer) {
		this.uri = producer.resolve("/live");
	}

	/** Opens so many more, each as soon as there is a place for it. */
	LivePages open(int count) {
		for (int i = 0; i < count; i++) {
			Eventually.within(SOON, this::open);
		}
		return this;
	}

	private boolean open() throws IOException, InterruptedException {
		HttpResponse<InputStream> response = this.http.send(HttpRequest.newBuilder(this.uri).build(),
				BodyHandlers.ofInputStream());
		InputStream page = response.body();
		if (response.statusCode() != 200) {
			page.close();
			return false;
		}
		this.pages.add(page);
		Thread reader = new Thread(() -> read(page), "live page");
		reader.setDaemon(true);
		reader.start();
		return true;
	}

	/** How often they were told a state, all together. */
	long told() {
		return this.told.get();
	}

	/** The last state that one of them was told, as JSON; empty before there is any. */
	String last() {
		return this.last;
	}

	void closeOne() {
		close(this.pages.remove());
	}

	private void read(InputStream page) {
		try (BufferedReader lines = new BufferedReader(new InputStreamReader(page, StandardCharsets.UTF_8))) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.startsWith(DATA)) {
					this.last = line.substring(DATA.length());
					this.told.incrementAndGet();
				}
			}
		}
		catch (IOException ex) {
			// It was closed.
		}
	}

	private static void close(InputStream page) {
		try {
			page.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.pages.forEach(LivePages::close);
	}

}
