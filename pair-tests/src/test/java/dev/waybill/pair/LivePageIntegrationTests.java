package dev.waybill.pair;

import java.time.Duration;
import java.util.Locale;

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

	private static RabbitBroker broker;

	private static Pair pair;

	private Browser browser;

	/** What the page shows as accepted before a test. */
	private long before;

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
		this.before = this.browser.number("accepted");
		this.browser.awaitNumber("processed", this.before);
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
		this.browser.awaitNumber("accepted", this.before + 1);
		this.browser.awaitNumber("processed", this.before + 1);
		assertThat(pair.journal()).hasSize(journal + 1);

		this.browser.tab();
		assertThat(this.browser.focused()).isEqualTo("many");
		this.browser.enter();
		this.browser.await("answer", SOON, (answer) -> answer.startsWith("202 ") && answer.contains("{\"index\":999,")
				&& !answer.contains("{\"index\":1000,"));
		this.browser.await("p50", Duration.ofSeconds(3), (p50) -> !p50.equals("–"));
		this.browser.awaitNumber("accepted", this.before + 1001);
		this.browser.awaitNumber("processed", this.before + 1001);
		assertThat(pair.journal()).hasSize(journal + 1001);
		assertAddsUp(this.before + 1001);
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
		this.browser.awaitNumber("accepted", this.before + 1);
		this.browser.awaitNumber("processed", this.before + 1);
		assertAddsUp(this.before + 1);
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

	private void assertAddsUp(long messages) {
		assertThat(this.browser.text("balance"))
			.isEqualTo(String.format(Locale.ROOT, "It adds up: %1$,d = %1$,d.", messages));
	}

	private String page() {
		return pair.messages().resolve("/").toString();
	}

}
