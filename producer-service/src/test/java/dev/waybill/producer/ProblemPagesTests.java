package dev.waybill.producer;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.web.util.HtmlUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** What a problem's type leads to. */
class ProblemPagesTests {

	private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);

	private static final Pattern LINK = Pattern.compile("href=\"([^\"]+)\"");

	private static RunningProducer producer;

	@BeforeAll
	static void start() {
		producer = RunningProducer.at(RunningProducer.NOWHERE);
	}

	@AfterAll
	static void stop() {
		producer.close();
	}

	@Test
	void theTypeOfAProblemResolvesAgainstTheRequest() {
		Answer answer = producer.post("x");
		assertThat(answer.reason()).isEqualTo("broker-unavailable");
		URI page = URI.create("/messages").resolve(answer.json().path("type").asString());
		assertThat(producer.get(page.getPath()).body()).contains("<h1>broker-unavailable</h1>", "503");
	}

	@Test
	void soDoesTheTypeOfWhatTomcatAnswersItself() {
		Answer answer = RawHttp.send(producer.port(), "GET /messages HTTP/9.9\r\nHost: a\r\n\r\n");
		assertThat(answer.status()).isEqualTo(505);
		assertThat(producer.get(answer.json().path("type").asString()).body()).contains("<h1>malformed</h1>");
	}

	@ParameterizedTest
	@EnumSource
	void eachSaysWhatItMeansAndWhetherToSendAgainAndHow(Reason reason) {
		Answer page = producer.get(reason.type().toString());
		assertThat(page.status()).isEqualTo(200);
		assertThat(page.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
		ProblemText text = ProblemText.of(reason);
		assertThat(page.body()).contains("<h1>" + reason.text() + "</h1>", escaped(text.meaning()),
				escaped(text.again()), escaped(text.how()), escaped(text.truth()));
		assertThat(text.again())
			.startsWith((reason.outcome() == Outcome.UNKNOWN || reason.retryAfter() > 0) ? "Yes" : "Not");
	}

	@Test
	void loadsNothingAndRunsNothing() throws Exception {
		for (String path : new String[] { "/problems", "/problems/malformed" }) {
			Answer page = producer.get(path);
			Matcher style = STYLE.matcher(page.body());
			assertThat(style.find()).isTrue();
			String hash = Base64.getEncoder()
				.encodeToString(
						MessageDigest.getInstance("SHA-256").digest(style.group(1).getBytes(StandardCharsets.UTF_8)));
			assertThat(page.header("Content-Security-Policy"))
				.contains("default-src 'none'", "style-src 'sha256-" + hash + "'", "frame-ancestors 'none'")
				.doesNotContain("unsafe");
			assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
			assertThat(page.body()).contains("content=\"light dark\"")
				.doesNotContain("<script")
				.doesNotContain("style=")
				.doesNotContain("src=")
				.doesNotContain("://");
		}
	}

	@Test
	void theListLeadsToEachAndEachBackToTheList() {
		String list = producer.get("/problems").body();
		URI here = URI.create("/problems");
		assertThat(LINK.matcher(list).results().map((one) -> here.resolve(one.group(1)).getPath())).containsExactly(
				Arrays.stream(Reason.values()).map((reason) -> reason.type().toString()).toArray(String[]::new));
		Matcher back = LINK.matcher(producer.get("/problems/malformed").body());
		assertThat(back.find()).isTrue();
		assertThat(URI.create("/problems/malformed").resolve(Objects.requireNonNull(back.group(1))).getPath())
			.isEqualTo("/problems");
	}

	@Test
	void whatIsNoReasonIsAProblemItself() {
		Answer answer = producer.get("/problems/nonsense%3Cb%3E");
		assertThat(answer.status()).isEqualTo(404);
		assertThat(answer.isProblem()).isTrue();
		assertThat(answer.reason()).isEqualTo("not-found");
	}

	private static String escaped(String text) {
		return HtmlUtils.htmlEscape(text, StandardCharsets.UTF_8.name());
	}

}
