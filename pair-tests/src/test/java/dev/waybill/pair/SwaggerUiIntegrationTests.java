package dev.waybill.pair;

import java.time.Duration;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The description of the API as people see and try it: in a browser. */
@NeedsRabbitMq
@NeedsBrowser
class SwaggerUiIntegrationTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private Pair pair;

	private Browser browser;

	@BeforeEach
	void open() {
		this.pair = new Pair(RabbitBroker.shared().newVirtualHost()).startProducer();
		this.browser = Browser.start();
		this.browser.size(1200, 1600);
	}

	@AfterEach
	void close() {
		this.browser.close();
		this.pair.close();
	}

	@Test
	void everyExampleRunsAsItIs() {
		this.browser.open(page("/swagger-ui.html"));
		Eventually.within(SOON, () -> count() >= 5);
		for (long i = 0; i < count(); i++) {
			String operation = "const operation = document.querySelectorAll('.opblock')[" + i + "];";
			this.browser.run(operation + "operation.querySelector('.opblock-summary-control').click(); return ''");
			Eventually.within(SOON, () -> (boolean) this.browser
				.run(operation + "return operation.querySelector('.execute') !== null"));
			this.browser.run(operation + "operation.querySelector('.execute').click(); return ''");
			Eventually.within(SOON, () -> !answered(operation).isEmpty());
			assertThat(answered(operation)).as(text(operation, "operation")).isIn("200", "202");
		}
		assertThat(this.browser.run("return performance.getEntriesByType('resource').map((one) => one.name)"
				+ ".filter((name) => !name.startsWith(location.origin) && !name.startsWith('data:')).join(' ')"))
			.as("what was loaded from elsewhere")
			.isEqualTo("");
		assertThat(this.browser.complaints()).as("what the browser complained of").isEmpty();
		this.browser.screenshot("swagger-ui");
	}

	/**
	 * The browser would complain of a style that the page's own policy does not allow.
	 */
	@Test
	void aProblemIsExplainedInLightAndInDark() {
		this.browser.scheme("light");
		this.browser.open(page("/problems"));
		this.browser.run("document.querySelector('a[href$=confirm-timeout]').click(); return ''");
		Eventually.within(SOON, () -> text("", "document.querySelector('h1')").equals("confirm-timeout"));
		assertThat(text("", "document.body")).contains("Yes, with the same Idempotency-Key.");
		Object light = this.browser.run("return getComputedStyle(document.body).color");
		this.browser.screenshot("problem-light");
		this.browser.scheme("dark");
		assertThat(this.browser.run("return getComputedStyle(document.body).color")).isNotEqualTo(light);
		this.browser.screenshot("problem-dark");
		assertThat(this.browser.run("return getComputedStyle(document.querySelector('dt')).fontWeight"))
			.isEqualTo("700");
		assertThat(this.browser.complaints()).as("what the browser complained of").isEmpty();
	}

	private String page(String path) {
		return this.pair.messages().resolve(path).toString();
	}

	private long count() {
		return (long) this.browser.run("return document.querySelectorAll('.opblock').length");
	}

	/** The status of the answer, once it is shown. */
	private String answered(String operation) {
		return text(operation, "operation.querySelector('.live-responses-table .response .response-col_status')")
			.strip();
	}

	private String text(String before, String element) {
		return (String) this.browser
			.run(before + "const found = " + element + "; return found === null ? '' : found.innerText");
	}

}
