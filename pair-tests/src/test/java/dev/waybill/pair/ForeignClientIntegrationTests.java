package dev.waybill.pair;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Plain AMQP programs on either side of the queue: Debian's python3-pika. */
@NeedsRabbitMq
@Execution(ExecutionMode.CONCURRENT)
class ForeignClientIntegrationTests {

	private static final String TUTORIAL = "--waybill.queue.type=tutorial";

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	@BeforeAll
	static void needsPika() throws Exception {
		boolean there = run(List.of("/usr/bin/python3", "-c", "import pika")).exit() == 0;
		if ("required".equals(System.getProperty("waybill.test.rabbitmq"))) {
			assertThat(there).as("python3-pika is installed").isTrue();
		}
		assumeTrue(there, "needs a foreign AMQP client: install python3-pika");
	}

	@Test
	void processesWhatAForeignProgramPublishesAndCountsItAsUntracked() throws Exception {
		try (Pair pair = new Pair(this.host)) {
			pair.startConsumer();
			python("publish.py", "-", "Hello World!", "Hello World!");
			Eventually.within(Duration.ofSeconds(60), () -> pair.journal().size() == 2);
			assertThat(pair.consumerMetric("waybill_deliveries_total{waybill=\"absent\"")).isEqualTo(2);
			assertThat(pair.consumerMetric("waybill_duplicates_total")).isZero();
			assertThat(pair.consumerMetric("waybill_process_seconds_count{outcome=\"processed\"")).isEqualTo(2);
		}
	}

	@Test
	void handsAForeignProgramExactlyTheBytesThatWerePosted() throws Exception {
		byte[] body = new byte[4096];
		new Random(7).nextBytes(body);
		try (Pair pair = new Pair(this.host).startProducer()) {
			assertThat(post(pair, body).statusCode()).isEqualTo(202);
			assertThat(python("receive.py", "-", "1")).isEqualTo(HexFormat.of().formatHex(body));
		}
	}

	@Test
	void sharesThePlainQueueOfTutorialsBothWays() throws Exception {
		try (Pair pair = new Pair(this.host, TUTORIAL).startProducer()) {
			assertThat(post(pair, "from us".getBytes(StandardCharsets.UTF_8)).statusCode()).isEqualTo(202);
			assertThat(python("receive.py", "declare", "1"))
				.isEqualTo(HexFormat.of().formatHex("from us".getBytes(StandardCharsets.UTF_8)));
			pair.startConsumer();
			python("publish.py", "declare", "Hello World!", "Hello World!");
			Eventually.within(Duration.ofSeconds(60), () -> pair.journal().size() == 2);
			assertThat(pair.consumerMetric("waybill_deliveries_total{waybill=\"absent\"")).isEqualTo(2);
		}
	}

	@Test
	void endsWithOneSentenceWhereATutorialMadeTheQueueFirst() throws Exception {
		python("publish.py", "declare", "Hello World!");
		for (String service : List.of("producer-service", "consumer-service")) {
			List<String> arguments = new ArrayList<>(this.host.arguments());
			arguments.add("--server.port=0");
			try (JavaProcess process = JavaProcess.startJar(Pair.jar(service), List.of(), arguments)) {
				assertThat(process.awaitExit(Duration.ofSeconds(60))).isNotZero();
				assertThat(process.output()).contains("queue 'hello'").contains("waybill.queue.type");
			}
		}
	}

	private static HttpResponse<String> post(Pair pair, byte[] body) throws IOException, InterruptedException {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(pair.messages()).POST(BodyPublishers.ofByteArray(body)).build(),
					BodyHandlers.ofString());
	}

	private String python(String script, String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "src/test/python/" + script,
				Integer.toString(this.host.broker().amqpPort()), this.host.name()));
		command.addAll(List.of(arguments));
		Ran ran = run(command);
		assertThat(ran.exit()).as(ran.output()).isZero();
		return ran.output().strip();
	}

	private static Ran run(List<String> command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (!process.waitFor(60, TimeUnit.SECONDS)) {
			process.destroyForcibly();
		}
		return new Ran(process.exitValue(), output);
	}

	private record Ran(int exit, String output) {
	}

}
