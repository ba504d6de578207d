package dev.waybill.local;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.TestPorts;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The program: what it says, its exit status, and how it ends. */
class LocalStackProcessTests {

	private static final Duration START = Duration.ofSeconds(60);

	private static final Duration STOP = Duration.ofSeconds(30);

	private static final int TERMINATED = 128 + 15;

	private final int producerPort = TestPorts.free();

	private final int consumerPort = TestPorts.free();

	private final int brokerPort = TestPorts.free();

	@Test
	void stopsProducerThenConsumerThenBrokerOnASignal() throws Exception {
		try (JavaProcess process = start("--broker-port=" + this.brokerPort)) {
			process.awaitOutput("Waybill is up", START);
			assertThat(post().statusCode()).isEqualTo(202);
			process.terminate();
			assertThat(process.awaitExit(STOP)).isEqualTo(TERMINATED);
			assertThat(process.output()).contains("DEMO BROKER")
				.containsSubsequence("Stopping the producer\n", "Stopping the consumer\n", "Stopping the broker\n")
				.endsWith("What was left in its queues is gone.\n")
				.doesNotContain("ERROR")
				.doesNotContain("not stop cleanly");
		}
	}

	@Test
	void stopsWhileItStarts() {
		try (JavaProcess process = start("--broker-port=" + this.brokerPort)) {
			process.awaitOutput("Starting", START);
			process.terminate();
			assertThat(process.awaitExit(STOP)).isEqualTo(TERMINATED);
			assertThat(process.output()).contains("Stopped").doesNotContain("Waybill is up");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "producer", "consumer", "broker" })
	void namesThePortThatIsTakenBeforeAnythingStarts(String whose) throws Exception {
		int port = switch (whose) {
			case "producer" -> this.producerPort;
			case "consumer" -> this.consumerPort;
			default -> this.brokerPort;
		};
		try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
				JavaProcess process = start("--broker-port=" + this.brokerPort)) {
			assertThat(process.awaitExit(STOP)).isEqualTo(1);
			assertThat(process.output()).isEqualTo("Port " + taken.getLocalPort()
					+ " is taken (Address already in use): free it, or give another with --" + whose + "-port=\n");
		}
	}

	@Test
	void refusesWhatItDoesNotKnow() {
		try (JavaProcess process = start("--verbose")) {
			assertThat(process.awaitExit(STOP)).isEqualTo(1);
			assertThat(process.output()).startsWith("There is no option '--verbose'").contains("--rabbitmq=URI");
		}
	}

	@Test
	void explainsItself() {
		try (JavaProcess process = start("--help")) {
			assertThat(process.awaitExit(STOP)).isZero();
			assertThat(process.output()).contains("--rabbitmq=URI").doesNotContain("Starting");
		}
	}

	@Test
	@NeedsRabbitMq
	void usesARealRabbitMqWhenToldTo() throws Exception {
		VirtualHost host = RabbitBroker.shared().newVirtualHost();
		try (JavaProcess process = start("--rabbitmq=" + host.uri())) {
			process.awaitOutput("Waybill is up", START);
			assertThat(post().statusCode()).isEqualTo(202);
			String processed = "waybill_process_seconds_count{outcome=\"processed\"} 1";
			Eventually.within(Duration.ofSeconds(10),
					() -> get(this.consumerPort, "/actuator/prometheus").contains(processed));
			assertThat(get(this.producerPort, "/actuator/info")).contains("\"promise\":\"full-without-file\"");
			assertThat(TestPorts.answers(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.brokerPort)))
				.isFalse();
			process.terminate();
			assertThat(process.awaitExit(STOP)).isEqualTo(TERMINATED);
			assertThat(process.output()).containsSubsequence("Stopping the producer\n", "Stopping the consumer\n")
				.endsWith("Stopped.\n")
				.doesNotContain("DEMO")
				.doesNotContain("Stopping the broker");
		}
	}

	private JavaProcess start(String... arguments) {
		Stream<String> ports = Stream.of("--producer-port=" + this.producerPort,
				"--consumer-port=" + this.consumerPort);
		return JavaProcess.start(LocalStackApplication.class.getName(), List.of("-Xmx256m"),
				Stream.concat(ports, Stream.of(arguments)).toList());
	}

	private HttpResponse<String> post() throws Exception {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + this.producerPort + "/messages"))
				.header("Content-Type", "text/plain")
				.POST(BodyPublishers.ofString("Hello World!"))
				.build(), BodyHandlers.ofString());
	}

	private static String get(int port, String path) throws Exception {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
					BodyHandlers.ofString())
			.body();
	}

}
