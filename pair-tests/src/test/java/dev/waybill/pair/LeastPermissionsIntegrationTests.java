package dev.waybill.pair;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Queues that somebody else made, and users that may do no more than the README says. */
@NeedsRabbitMq
class LeastPermissionsIntegrationTests {

	private static final String CHECK = "--waybill.topology=check";

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	@BeforeAll
	static void makeUsers() {
		RabbitBroker.shared().ctl("add_user", "least-producer", "secret");
		RabbitBroker.shared().ctl("add_user", "least-consumer", "secret");
	}

	@Test
	void thePairWorksWithTheLeastPermissionsWhereOthersMakeTheQueues() throws Exception {
		permit();
		try (Pair owner = new Pair(this.host)) {
			owner.startConsumer().terminate();
		}
		try (Pair pair = new Pair(this.host, CHECK).startProducer(as("least-producer"))) {
			pair.startConsumer(as("least-consumer"));
			int status = HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(pair.messages()).POST(BodyPublishers.ofString("hello")).build(),
						BodyHandlers.ofString())
				.statusCode();
			assertThat(status).isEqualTo(202);
			Eventually.within(Duration.ofSeconds(20), () -> pair.journal().size() == 1);
			// The broker's own road, which the consumer's reader must be able to go on.
			this.host.onChannel((channel) -> {
				channel.basicPublish("", "hello.dead", null, "by hand".getBytes(StandardCharsets.UTF_8));
				return channel;
			});
			Eventually.within(Duration.ofSeconds(20), () -> this.host.drain("hello.dlq").size() == 1);
		}
	}

	@Test
	void aUserThatMayNotDeclareIsToldTheProperty() {
		permit();
		for (String service : List.of("producer", "consumer")) {
			List<String> arguments = List.of("--server.port=0", as("least-" + service));
			try (JavaProcess process = JavaProcess.startJar(Pair.jar(service + "-service"), List.of(), arguments)) {
				assertThat(process.awaitExit(Duration.ofSeconds(60))).isNotZero();
				assertThat(process.output()).contains("is not for this user").contains("waybill.topology=check");
			}
		}
	}

	private void permit() {
		this.host.broker()
			.ctl("set_permissions", "-p", this.host.name(), "least-producer", "^hello\\.receipts\\..*$",
					"^(amq\\.default|hello|hello\\.receipts\\..*)$", "^hello\\.receipts(\\..*)?$");
		this.host.broker()
			.ctl("set_permissions", "-p", this.host.name(), "least-consumer", "^$", "^hello\\.(dlx|receipts)$",
					"^hello(\\.dead)?$");
	}

	private String as(String user) {
		return "--spring.rabbitmq.addresses=" + this.host.uri().replace("guest:guest", user + ":secret");
	}

}
