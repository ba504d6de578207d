package dev.waybill.pair;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** The live page of a producer whose clock is set back while it is open. */
@NeedsBrowser
@Tag("long")
class LivePageClockIntegrationTests extends FleetTest {

	private static final Duration SOON = Duration.ofSeconds(20);

	@TempDir
	private Path directory;

	@BeforeAll
	static void needsFaketime() {
		Faketime.isNeeded();
	}

	@Test
	void goesOnAsIfNothingHadBeen() throws Exception {
		Path clock = Files.writeString(this.directory.resolve("clock"), "+0s\n");
		Service producer = this.fleet.producer(Faketime.by(clock), "p");
		this.fleet.consumer();
		this.fleet.ready();
		try (Browser browser = Browser.start(); LivePages other = new LivePages(producer.uri("/")).open(1)) {
			browser.open(producer.uri("/").toString());
			browser.await("broker", SOON, "Broker: connected"::equals);
			browser.awaitNumber("accepted", 0);
			Files.writeString(clock, "-3600s\n");
			Eventually.within(SOON, () -> told(other).isBefore(Instant.now().minusSeconds(3000)));
			assertThat(new Client(producer).post("/messages", "x")).isEqualTo(202);
			browser.awaitNumber("accepted", 1);
			browser.awaitNumber("processed", 1);
			browser.await("accepted-rate", SOON, "0"::equals);
			assertThat(browser.text("connection")).isEqualTo("Producer: live");
			assertThat(browser.complaints()).as("what the browser complained of").isEmpty();
		}
	}

	/** The time by the producer's clock. */
	private static Instant told(LivePages pages) {
		return Instant.ofEpochMilli(new JsonMapper().readTree(pages.last()).path("at").asLong());
	}

}
