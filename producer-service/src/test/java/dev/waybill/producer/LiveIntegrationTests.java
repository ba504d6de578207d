package dev.waybill.producer;

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
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.waybill.testing.BrokerLine;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** What the live page is made of and what it is told; a browser is the pair's to test. */
@NeedsRabbitMq
class LiveIntegrationTests {

	private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"([^\"]*)\"");

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private VirtualHost host;

	@BeforeEach
	void begin() {
		this.host = RabbitBroker.shared().newVirtualHost();
	}

	@Test
	void tellsWhatTheLedgerTheBrokerAndTheProblemsAre() {
		try (BrokerLine line = new BrokerLine(this.host); RunningProducer producer = RunningProducer.at(line.uri())) {
			producer.awaitLanes(Duration.ofSeconds(10));
			try (Live live = new Live(producer)) {
				JsonNode first = live.next();
				assertThat(first.path("instance").asString()).isEqualTo("tested");
				assertThat(first.path("promise").asString()).isEqualTo("full-without-file");
				assertThat(first.path("broker").asString()).isEqualTo("connected");
				assertThat(first.path("latency").isNull()).isTrue();
				assertThat(first.path("problems").isEmpty()).isTrue();
				assertThat(producer.post("{}", "Content-Type", "application/json").status()).isEqualTo(202);
				assertThat(producer.post("{", "Content-Type", "application/json").status()).isEqualTo(400);
				JsonNode second = live.until((state) -> !state.path("latency").isNull());
				assertThat(second.path("at").asLong()).isGreaterThan(first.path("at").asLong());
				assertThat(second.path("up").asLong()).isGreaterThanOrEqualTo(first.path("up").asLong() + 500);
				assertThat(second.path("run").asString()).isEqualTo(first.path("run").asString());
				assertThat(second.path("ledger").path("accepted").asLong()).isEqualTo(1);
				assertThat(second.path("ledger").path("pending").asLong()).isEqualTo(1);
				assertThat(second.path("latency").path("p50").asDouble()).isPositive()
					.isLessThanOrEqualTo(second.path("latency").path("p99").asDouble());
				JsonNode problem = live.until((state) -> state.path("problems").size() == 1).path("problems").path(0);
				assertThat(problem.path("reason").asString()).isEqualTo("malformed");
				assertThat(problem.path("rejected").asLong()).isEqualTo(1);
				assertThat(problem.path("unknown").asLong()).isZero();

				line.cut();
				JsonNode away = live.until((state) -> state.path("broker").asString().equals("away"));
				assertThat(away.path("brokerProblem").asString()).isNotEmpty();
				Eventually.within(Duration.ofSeconds(10), () -> producer.post("{}").status() == 503);
				JsonNode problems = live.until((state) -> state.path("problems").size() == 2).path("problems");
				assertThat(problems.path(0).path("reason").asString()).as("the latest is first")
					.isEqualTo("broker-unavailable");
				line.mend();
				live.until((state) -> state.path("broker").asString().equals("connected"));
			}
		}
	}

	@Test
	void loadsNothingFromElsewhereAndLetsNobodyFrameIt() {
		try (RunningProducer producer = RunningProducer.on(this.host)) {
			Answer page = producer.get("/");
			assertThat(page.status()).isEqualTo(200);
			assertThat(page.header("Content-Type")).startsWith("text/html");
			assertThat(page.body()).doesNotContain("style=\"", " onclick=", "<script>");
			List<String> references = new ArrayList<>();
			Matcher matcher = REFERENCE.matcher(page.body());
			while (matcher.find()) {
				references.add(matcher.group(1));
			}
			assertThat(references).contains("live.js", "live.css").anyMatch((one) -> one.endsWith(".iife.min.js"));
			references.remove("data:,");
			assertThat(references).allMatch((one) -> !one.contains(":") && !one.startsWith("/"));
			references.add("");
			for (String reference : references) {
				Answer part = producer.get("/" + reference);
				assertThat(part.status()).as(reference).isEqualTo(200);
				assertThat(part.header("Content-Security-Policy")).as(reference)
					.startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
					.contains("frame-ancestors 'none'")
					.doesNotContain("unsafe", "*");
				assertThat(part.header("X-Content-Type-Options")).as(reference).isEqualTo("nosniff");
				assertThat(part.header("Referrer-Policy")).as(reference).isEqualTo("no-referrer");
			}
		}
	}

	@Test
	void refusesAPageTooManyUntilOneGoes() {
		List<Live> pages = new ArrayList<>();
		try (RunningProducer producer = RunningProducer.on(this.host)) {
			for (int i = 0; i < 100; i++) {
				pages.add(new Live(producer));
			}
			pages.forEach(Live::next);
			Answer refused = producer.get("/live");
			assertThat(refused.status()).isEqualTo(429);
			assertThat(refused.detail()).isEqualTo("There are 100 live pages already.");
			assertThat(refused.header("Retry-After")).isEqualTo("1");
			assertThat(producer.post("x").status()).isEqualTo(202);
			pages.remove(0).close();
			Eventually.within(Duration.ofSeconds(10), () -> {
				pages.add(new Live(producer));
				return true;
			});
			assertThat(pages.get(99).next().path("ledger").path("accepted").asLong()).isEqualTo(1);
		}
		finally {
			pages.forEach(Live::close);
		}
	}

	@Test
	void aPageThatIsOpenDoesNotKeepTheServiceFromStopping() {
		RunningProducer producer = RunningProducer.on(this.host);
		try (Live live = new Live(producer)) {
			live.next();
			long started = System.nanoTime();
			producer.close();
			assertThat(live.ends()).isTrue();
			assertThat(Duration.ofNanos(System.nanoTime() - started)).as("less than a stop waits for requests")
				.isLessThan(Duration.ofSeconds(10));
		}
	}

	/** A page that is open. */
	private final class Live implements AutoCloseable {

		private final JsonMapper json = new JsonMapper();

		private final BufferedReader lines;

		Live(RunningProducer producer) {
			URI uri = URI.create("http://127.0.0.1:" + producer.port() + "/live");
			try {
				HttpResponse<InputStream> response = LiveIntegrationTests.this.http.send(
						HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
						BodyHandlers.ofInputStream());
				this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
				assertThat(response.statusCode()).isEqualTo(200);
				assertThat(response.headers().firstValue("Content-Type"))
					.hasValueSatisfying((type) -> assertThat(type).startsWith("text/event-stream"));
			}
			catch (IOException | InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		JsonNode next() {
			try {
				String line = this.lines.readLine();
				while (line != null && !line.startsWith("data: ")) {
					line = this.lines.readLine();
				}
				assertThat(line).as("the stream goes on").isNotNull();
				return this.json.readTree(line.substring("data: ".length()));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		JsonNode until(Predicate<JsonNode> wanted) {
			long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
			JsonNode state = next();
			while (!wanted.test(state)) {
				assertThat(System.nanoTime()).as("not within 30 s; the last was " + state).isLessThan(end);
				state = next();
			}
			return state;
		}

		/** Whether it ends as it should, with no connection broken. */
		boolean ends() {
			try {
				while (this.lines.readLine() != null) {
					// what was still on its way
				}
				return true;
			}
			catch (IOException ex) {
				return false;
			}
		}

		@Override
		public void close() {
			try {
				this.lines.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
