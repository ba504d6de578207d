package dev.waybill.producer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whole answers, to the byte, so that what takes the requests can be replaced.
 * <p>
 * {@code answers.txt} was written down when Spring MVC took them. Each part is a request,
 * line by line, and its answer; ids and dates are masked, and how the body is framed is
 * left out.
 */
@NeedsRabbitMq
class HttpAnswersIntegrationTests {

	private static VirtualHost host;

	private static RunningProducer producer;

	@BeforeAll
	static void start() {
		host = RabbitBroker.shared().newVirtualHost();
		producer = RunningProducer.on(host);
	}

	@AfterAll
	static void stop() {
		producer.close();
	}

	@TestFactory
	Stream<DynamicTest> areWhatTheyWere() throws IOException {
		return recorded().entrySet()
			.stream()
			.map((one) -> DynamicTest.dynamicTest(one.getKey().replace("\n", " | "),
					() -> assertThat(answerTo(one.getKey())).isEqualTo(one.getValue())));
	}

	private static Map<String, String> recorded() throws IOException {
		try (InputStream in = HttpAnswersIntegrationTests.class.getResourceAsStream("answers.txt")) {
			String all = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
			Map<String, String> answers = new LinkedHashMap<>();
			for (String part : all.split("\n====\n")) {
				String[] both = part.split("\n----\n", 2);
				answers.put(both[0], both[1].stripTrailing());
			}
			return answers;
		}
	}

	/** Each request is on a connection of its own, which it asks to close. */
	private static String answerTo(String request) {
		String[] headAndBody = request.split("\n\n", 2);
		String body = (headAndBody.length > 1) ? headAndBody[1] : "";
		String length = request.contains("Content-Length") || request.contains("Transfer-Encoding") ? ""
				: "Content-Length: " + body.length() + "\r\n";
		Answer answer = RawHttp.send(producer.port(), headAndBody[0].replace("\n", "\r\n")
				+ "\r\nHost: a\r\nConnection: close\r\n" + length + "\r\n" + body.replace("\\r\\n", "\r\n"));
		StringBuilder text = new StringBuilder().append(answer.status()).append('\n');
		answer.headers().forEach((name, value) -> {
			if (!name.equals("content-length") && !name.equals("transfer-encoding")) {
				text.append(name).append(": ").append(name.equals("date") ? "DATE" : value).append('\n');
			}
		});
		return text.append('\n')
			.append(answer.body())
			.toString()
			.replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID")
			.stripTrailing();
	}

}
