package dev.waybill.pair;

import java.nio.file.Path;
import java.time.Duration;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;

/** The examples that the README shows, run as it says. */
@NeedsRabbitMq
@Execution(ExecutionMode.CONCURRENT)
class ExamplesIntegrationTests {

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	@Test
	void aUsersOwnModuleProcessesWhatTheRetryingClientSends() {
		try (Pair pair = new Pair(this.host).startProducer()) {
			JavaProcess processor = pair.startConsumerOf("examples/processor");
			try (JavaProcess client = client(pair, "{\"order\":1}")) {
				assertThat(client.awaitExit(Duration.ofSeconds(60))).as(client.output()).isZero();
			}
			processor.awaitOutput("Order {\"order\":1}", Duration.ofSeconds(60));
		}
	}

	@Test
	void theClientGivesUpOnItsOwnMistakes() {
		try (Pair pair = new Pair(this.host).startProducer(); JavaProcess client = client(pair, "{not JSON")) {
			assertThat(client.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
			assertThat(client.output()).startsWith("400 ");
		}
	}

	@Test
	void theClientGoesOnUntilTheQueueIsThereAgain() {
		try (Pair pair = new Pair(this.host).startProducer()) {
			this.host.onChannel((channel) -> channel.queueDelete("hello"));
			try (JavaProcess client = client(pair, "{\"order\":2}")) {
				client.awaitOutput("503 ", Duration.ofSeconds(60));
				pair.startConsumer();
				assertThat(client.awaitExit(Duration.ofSeconds(60))).as(client.output()).isZero();
			}
			Eventually.within(Duration.ofSeconds(60), () -> pair.journal().size() == 1);
		}
	}

	private static JavaProcess client(Pair pair, String message) {
		return JavaProcess.startSource(Path.of("..", "examples", "client", "RetryingClient.java"),
				pair.messages().toString(), message);
	}

}
