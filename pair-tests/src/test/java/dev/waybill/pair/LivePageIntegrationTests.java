package dev.waybill.pair;

import java.time.Duration;

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

	private Pair pair;

	private Browser browser;

	@BeforeAll
	static void startBroker() {
		broker = RabbitBroker.start();
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@BeforeEach
	void open() {
		this.pair = new Pair(broker.newVirtualHost()).startProducer();
		this.pair.startConsumer();
		this.browser = Browser.start();
		this.browser.size(1200, 1240);
		this.browser.open(page());
		this.browser.await("broker", SOON, "Broker: connected"::equals);
		this.browser.awaitNumber("accepted", 0);
	}

	@AfterEach
	void close() {
		this.browser.close();
		this.pair.close();
	}

	@Test
	void showsMessagesMove() {
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
		this.browser.awaitNumber("accepted", 1);
		this.browser.awaitNumber("processed", 1);
		assertThat(this.pair.journal()).hasSize(1);

		this.browser.tab();
		assertThat(this.browser.focused()).isEqualTo("many");
		this.browser.enter();
		this.browser.await("answer", SOON, (answer) -> answer.startsWith("202 ") && answer.contains("{\"index\":999,")
				&& !answer.contains("{\"index\":1000,"));
		this.browser.await("p50", Duration.ofSeconds(3), (p50) -> !p50.equals("–"));
		this.browser.screenshot("live-page");
		this.browser.awaitNumber("accepted", 1001);
		this.browser.awaitNumber("processed", 1001);
		assertThat(this.pair.journal()).hasSize(1001);
		assertThat(this.browser.text("balance")).isEqualTo("It adds up: 1,001 = 1,001.");
		assertThat(this.browser.text("promise")).startsWith("Promise “full-without-file”:");
		assertThat(this.browser.text("consumers")).isEqualTo("1 consumer has sent receipts in the last 10 minutes.");
		assertThat(this.browser.text("no-problems")).startsWith("Nothing");
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
		this.browser.awaitNumber("accepted", 1);
		this.browser.awaitNumber("processed", 1);
		assertThat(this.browser.text("balance")).isEqualTo("It adds up: 1 = 1.");
	}

	@Test
	void saysThatTheProducerIsAwayAndThatItWasStartedAgain() {
		this.pair.stopProducer();
		this.browser.await("connection", SOON, (text) -> text.startsWith("Producer: no connection"));
		assertThat(this.browser.text("broker")).isEqualTo("Broker: not known while the producer is away");
		this.browser.run("document.getElementById('send').requestSubmit(); return ''");
		this.browser.await("answer", SOON, (answer) -> answer.startsWith("No answer: "));
		this.pair.startProducer();
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

	private String page() {
		return this.pair.messages().resolve("/").toString();
	}

}
