package dev.waybill.pair;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The live page as people see it: in a browser, on a pair that runs. */
@NeedsRabbitMq
@NeedsBrowser
class LivePageIntegrationTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final List<String> FIGURES = List.of("accepted-rate", "processed-rate", "p50", "p95", "p99");

	private static RabbitBroker broker;

	private static Pair pair;

	private Browser browser;

	/** What the page shows as accepted before a test. */
	private long accepted;

	/** The same with what was recovered: all of it is processed. */
	private long entered;

	@BeforeAll
	static void start() {
		broker = RabbitBroker.start();
		pair = new Pair(broker.newVirtualHost()).startProducer();
		pair.startConsumer();
	}

	@AfterAll
	static void stop() {
		pair.close();
		broker.close();
	}

	@BeforeEach
	void open() {
		this.browser = Browser.start();
		this.browser.size(1200, 1240);
		this.browser.open(page());
		this.browser.await("broker", SOON, "Broker: connected"::equals);
		this.browser.await("accepted", SOON, (text) -> !text.equals("–"));
		Eventually.within(SOON, this::isAtRest);
		this.accepted = this.browser.number("accepted");
		this.entered = this.browser.number("processed");
	}

	@AfterEach
	void close() {
		this.browser.close();
	}

	@Test
	void showsMessagesMove() {
		int journal = pair.journal().size();
		this.browser.type("body", "{\"order\":1}");
		this.browser.click("send-title");
		this.browser.run("document.getElementById('body').focus(); return ''");
		this.browser.tab();
		assertThat(this.browser.focused()).isEqualTo("type");
		this.browser.tab();
		assertThat(this.browser.focused()).isEqualTo("Send");
		this.browser.enter();
		this.browser.await("answer", SOON, (answer) -> answer.startsWith("202 ")
				&& answer.contains("Location: /messages/") && answer.contains("\"outcome\":\"accepted\""));
		this.browser.awaitNumber("accepted", this.accepted + 1);
		this.browser.awaitNumber("processed", this.entered + 1);
		assertThat(pair.journal()).hasSize(journal + 1);

		this.browser.tab();
		assertThat(this.browser.focused()).isEqualTo("many");
		FIGURES.forEach(this::record);
		this.browser.enter();
		this.browser.await("answer", SOON, (answer) -> answer.startsWith("202 ") && answer.contains("{\"index\":999,")
				&& !answer.contains("{\"index\":1000,"));
		FIGURES.forEach((figure) -> Eventually.within(SOON, () -> highest(figure) > 0));
		this.browser.awaitNumber("accepted", this.accepted + 1001);
		this.browser.awaitNumber("processed", this.entered + 1001);
		assertThat(pair.journal()).hasSize(journal + 1001);
		assertAddsUp(this.entered + 1001);
		assertThat(highest("p50")).isLessThanOrEqualTo(highest("p95"));
		assertThat(highest("p95")).isLessThanOrEqualTo(highest("p99"));
		assertThat(colouredPixels("rates")).as("the lines of the rates").isGreaterThan(100);
		assertThat(colouredPixels("latencies")).as("the points of the latencies").isPositive();
		this.browser.screenshot("live-page");
		assertThat(this.browser.text("promise")).startsWith("Promise “full-without-file”:");
		assertThat(this.browser.text("consumers")).isEqualTo("1 consumer has sent receipts in the last 10 minutes.");
		assertThat(this.browser.complaints()).as("what the browser complained of").isEmpty();
	}

	@Test
	void saysThatTheBrokerIsAwayAndThatItIsBack() {
		broker.kill();
		try {
			this.browser.await("broker", SOON, (text) -> text.startsWith("Broker: no connection"));
			assertThat(this.browser.attribute("broker", "data-state")).isEqualTo("away");
			this.browser.run("document.getElementById('send').requestSubmit(); return ''");
			this.browser.await("answer", SOON,
					(answer) -> answer.startsWith("503 ") && answer.contains("\"reason\":\"broker-unavailable\""));
			this.browser.await("problems", SOON, (problems) -> problems.startsWith("broker-unavailable 1 0"));
			this.browser.screenshot("broker-away");
		}
		finally {
			broker.startAgain();
		}
		this.browser.await("broker", Duration.ofSeconds(60), "Broker: connected"::equals);
		this.browser.run("document.getElementById('send').requestSubmit(); return ''");
		this.browser.await("answer", SOON, (answer) -> answer.startsWith("202 "));
		this.browser.awaitNumber("accepted", this.accepted + 1);
		this.browser.awaitNumber("processed", this.entered + 1);
		assertAddsUp(this.entered + 1);
	}

	@Test
	void saysThatTheBrokerTakesNothingInAnAlarm() {
		broker.memoryAlarm(true);
		try {
			// Only who publishes is told of an alarm; what tells it may be stored or not.
			this.browser.run("document.getElementById('send').requestSubmit(); return ''");
			this.browser.await("broker", SOON, (text) -> text.startsWith("Broker: blocked, it takes no messages"));
			assertThat(this.browser.attribute("broker", "data-state")).isEqualTo("blocked");
			this.browser.run("document.getElementById('send').requestSubmit(); return ''");
			this.browser.await("answer", SOON,
					(answer) -> answer.startsWith("503 ") && answer.contains("\"reason\":\"broker-blocked\""));
			this.browser.await("problems", SOON, (problems) -> problems.contains("broker-blocked "));
		}
		finally {
			broker.memoryAlarm(false);
		}
		this.browser.await("broker", SOON, "Broker: connected"::equals);
		Eventually.within(SOON, () -> isAtRest() && this.browser.number("processed") == this.entered + 1);
	}

	@Test
	void saysThatTheProducerIsAwayAndThatItWasStartedAgain() {
		pair.stopProducer();
		this.browser.await("connection", SOON, (text) -> text.startsWith("Producer: no connection"));
		assertThat(this.browser.text("broker")).isEqualTo("Broker: not known while the producer is away");
		this.browser.run("document.getElementById('send').requestSubmit(); return ''");
		this.browser.await("answer", SOON, (answer) -> answer.startsWith("No answer: "));
		pair.startProducer();
		this.browser.await("connection", SOON, "Producer: live, started again once since this page was opened"::equals);
		this.browser.run("document.getElementById('send').requestSubmit(); return ''");
		this.browser.await("answer", SOON, (answer) -> answer.startsWith("202 "));
		this.browser.awaitNumber("processed", 1);
	}

	@Test
	void saysThatThereAreTooManyPagesAndIsLetInWhenOneGoes() {
		// It would keep the stream of a page that it has left.
		this.browser.close();
		try (LivePages others = new LivePages(pair.messages()).open(100)) {
			this.browser = Browser.start();
			this.browser.open(page());
			this.browser.await("connection", SOON,
					"Producer: refuses this page, trying again… (429: There are 100 live pages already.)"::equals);
			assertThat(this.browser.attribute("connection", "data-state")).isEqualTo("blocked");
			assertThat(this.browser.text("broker")).isEqualTo("Broker: not known while this page is refused");
			others.closeOne();
			this.browser.await("connection", SOON, "Producer: live"::equals);
			this.browser.await("broker", SOON, "Broker: connected"::equals);
		}
	}

	@Test
	void fitsAPhoneInLightAndInDark() {
		this.browser.size(390, 844);
		for (String scheme : new String[] { "light", "dark" }) {
			this.browser.scheme(scheme);
			this.browser.screenshot("phone-" + scheme);
			assertThat(this.browser.run("return document.documentElement.scrollWidth <= window.innerWidth"))
				.as("nothing is wider than the screen")
				.isEqualTo(true);
		}
		assertThat(this.browser.run("return getComputedStyle(document.body).backgroundColor"))
			.isEqualTo("rgb(20, 23, 27)");
		assertThat(this.browser.complaints()).isEmpty();
	}

	private boolean isAtRest() {
		return this.browser.number("processed") == this.browser.number("accepted") + this.browser.number("recovered");
	}

	/** Keeps all that a figure shows from now on: some are there for a second only. */
	private void record(String figure) {
		this.browser.run("""
				const figure = document.getElementById('%1$s');
				window.recorded = { ...window.recorded, '%1$s': [] };
				new MutationObserver(() => window.recorded['%1$s'].push(figure.textContent))
				    .observe(figure, { childList: true, characterData: true, subtree: true });
				return '';""".formatted(figure));
	}

	/** The highest number that a figure has shown; 0 where there was none. */
	private double highest(String figure) {
		return ((Number) this.browser.run("""
				return Math.max(0, ...window.recorded['%s'].map(text => Number(text.replaceAll(',', '')))
				    .filter(Number.isFinite));""".formatted(figure))).doubleValue();
	}

	/** How many pixels of a chart have the colour of one of its lines. */
	private long colouredPixels(String chart) {
		return (long) this.browser.run("""
				const colours = getComputedStyle(document.documentElement);
				const one = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
				const lines = ['one', 'two', 'three'].map(name => {
				  one.fillStyle = colours.getPropertyValue('--' + name).trim();
				  one.fillRect(0, 0, 1, 1);
				  return one.getImageData(0, 0, 1, 1).data;
				});
				const canvas = document.querySelector('#%s canvas');
				const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
				let count = 0;
				for (let i = 0; i < pixels.length; i += 4) {
				  const isOf = line => [0, 1, 2].every(part => Math.abs(line[part] - pixels[i + part]) < 16);
				  if (pixels[i + 3] > 200 && lines.some(isOf)) count++;
				}
				return count;""".formatted(chart));
	}

	private void assertAddsUp(long messages) {
		assertThat(this.browser.text("balance"))
			.isEqualTo(String.format(Locale.ROOT, "It adds up: %1$,d = %1$,d.", messages));
	}

	private String page() {
		return pair.messages().resolve("/").toString();
	}

}
