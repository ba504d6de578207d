package dev.waybill.pair;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** One broker that dies, stands still, is full, or turns its clients away. */
class BrokerFaultsIntegrationTests extends BrokerFaultTest {

	private static final String USER = "waybill";

	/** The broker's own; the tests' way to it is another user. */
	private static final String PASSWORD = "first";

	private static @Nullable RabbitBroker broker;

	private final VirtualHost host = broker().newVirtualHost();

	@BeforeAll
	static void start() {
		broker = RabbitBroker.start();
	}

	@AfterAll
	static void stop() {
		broker().close();
	}

	@Test
	void isKilledUnderLoad() throws Exception {
		bounce("broker: kill -9 under load", 1);
	}

	@Test
	@Tag("full")
	void isKilledTenTimes() throws Exception {
		bounce("broker: kill -9 ten times", 10);
	}

	@Test
	@Tag("full")
	void standsStillForFiveSeconds() throws Exception {
		pause("broker: stands still for 5 s", 5);
	}

	@Test
	@Tag("full")
	void standsStillForLongerThanAMinute() throws Exception {
		pause("broker: stands still for 65 s", 65);
	}

	@Test
	@Tag("full")
	void hasAMemoryAlarm() throws Exception {
		fleet(this.host);
		underLoad("broker: memory alarm for 60 s", (oracle) -> {
			oracle.gapsAreMade();
			broker().memoryAlarm(true);
			try {
				Thread.sleep(scaled(8, 60) * 1000L);
			}
			finally {
				broker().memoryAlarm(false);
			}
		});
		assertThat(load().rejected).isNotEmpty();
	}

	@Test
	@Tag("full")
	void hasADiskAlarm() throws Exception {
		fleet(this.host);
		underLoad("broker: disk alarm for 60 s", (oracle) -> {
			oracle.gapsAreMade();
			broker().diskAlarm(true);
			try {
				Thread.sleep(scaled(8, 60) * 1000L);
			}
			finally {
				broker().diskAlarm(false);
			}
		});
		assertThat(load().rejected).isNotEmpty();
	}

	@Test
	@Tag("full")
	void itsDiskIsReallyFull() throws Exception {
		try (RabbitBroker small = RabbitBroker.startOnSmallDisk(512)) {
			fleet(small.newVirtualHost());
			underLoad("broker: its disk is really full", (oracle) -> {
				small.fillDisk(true);
				refusesMore(10 * PER_SECOND);
				small.fillDisk(false);
				small.awaitServing();
				oracle.consumersLost(1);
			});
			end();
		}
	}

	@Test
	@Tag("full")
	void hasNoRoomInTheQueue() throws Exception {
		// Less than is sent.
		fleet(this.host, new String[0], new String[] { "--waybill.processor.work-time=20ms" });
		underLoad("broker: the queue is full", (oracle) -> {
			Map<String, Object> full = new HashMap<>(Fleet.DELAYED_RETRY);
			full.put("max-length", 50);
			this.host.policy("retry", "^hello$", full);
			refusesMore(scaled(2, 20) * PER_SECOND);
			this.host.policy("retry", "^hello$", Fleet.DELAYED_RETRY);
		});
		assertThat(load().unknown).isEmpty();
	}

	@Test
	@Tag("full")
	void losesTheQueue() throws Exception {
		fleet(this.host, new String[0], new String[] { "--waybill.processor.work-time=20ms" });
		underLoad("broker: the queue is deleted under load", (oracle) -> {
			acceptsMore(5 * PER_SECOND);
			oracle.queueDestroyed();
			oracle.consumersLost(1);
			this.host.request("DELETE", "/api/queues/" + this.host.name() + "/hello", Map.of());
		});
	}

	@Test
	@Tag("full")
	void takesThePermissionsAway() throws Exception {
		user(PASSWORD);
		permissions("^hello.*", "^(hello.*|amq\\.default)", "^hello.*");
		fleet(this.host, new String[] { ours() }, new String[] { ours() });
		underLoad("broker: permissions revoked, and given back", (oracle) -> {
			permissions("^$", "^$", "^$");
			closeConnections(USER);
			oracle.consumersLost(1);
			refusesMore(45 * PER_SECOND);
			permissions("^hello.*", "^(hello.*|amq\\.default)", "^hello.*");
		});
	}

	@Test
	@Tag("full")
	void changesThePassword() throws Exception {
		user(PASSWORD);
		permissions("^hello.*", "^(hello.*|amq\\.default)", "^hello.*");
		fleet(this.host, new String[] { ours() }, new String[] { ours() });
		underLoad("broker: password changed, and changed back", (oracle) -> {
			user("second");
			acceptsMore(PER_SECOND);
			closeConnections(USER);
			oracle.consumersLost(1);
			refusesMore(45 * PER_SECOND);
			user(PASSWORD);
		});
	}

	@Test
	@Tag("full")
	void closesTheConnectionsEveryTwoSeconds() throws Exception {
		user(PASSWORD);
		permissions("^hello.*", "^(hello.*|amq\\.default)", "^hello.*");
		fleet(this.host, new String[] { ours() }, new String[] { ours() });
		underLoad("broker: closes all connections every 2 s, 30 times", (oracle) -> {
			int closed = 0;
			for (int i = 0; i < 30; i++) {
				closed += closeConnections(USER);
				oracle.consumersLost(1);
				Thread.sleep(2000);
			}
			assertThat(closed).as("closed connections").isGreaterThan(30);
		});
	}

	private void bounce(String name, int times) throws Exception {
		fleet(this.host);
		underLoad(name, (oracle) -> {
			for (int time = 0; time < times; time++) {
				acceptsMore(500);
				broker().kill();
				refusesMore(200);
				broker().startAgain();
				oracle.consumersLost(1);
			}
		});
		assertThat(load().rejected).isNotEmpty();
	}

	private void pause(String name, int seconds) throws Exception {
		fleet(this.host);
		underLoad(name, (oracle) -> {
			broker().pause();
			try {
				Thread.sleep(seconds * 1000L);
			}
			finally {
				broker().resume();
			}
			oracle.consumersLost(1);
		});
	}

	private String ours() {
		return "--spring.rabbitmq.addresses=" + this.host.uri(USER, PASSWORD);
	}

	private void user(String password) {
		this.host.request("PUT", "/api/users/" + USER, Map.of("password", password, "tags", ""));
	}

	private void permissions(String configure, String write, String read) {
		this.host.request("PUT", "/api/permissions/" + this.host.name() + "/" + USER,
				Map.of("configure", configure, "write", write, "read", read));
	}

	/** Closes all that the API knows of, and says how many. */
	private int closeConnections(String user) {
		int closed = 0;
		for (JsonNode connection : this.host.get("/api/connections/username/" + user)) {
			try {
				this.host.request("DELETE", "/api/connections/"
						+ connection.path("name").asString().replace(" ", "%20").replace(">", "%3E"), Map.of());
				closed++;
			}
			catch (IllegalStateException ex) {
				// closed meanwhile
			}
		}
		return closed;
	}

	private static RabbitBroker broker() {
		return Objects.requireNonNull(broker);
	}

}
