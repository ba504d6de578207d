package dev.waybill.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloTopology;
import dev.waybill.contract.HelloTopology.Role;
import dev.waybill.contract.TopologySettings;
import dev.waybill.testing.Eventually;
import dev.waybill.testing.TestPorts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/** What the services need of the embedded broker, seen by a plain client. */
class EmbeddedBrokerTests {

	private static final HelloQueue QUEUE = new HelloQueue("greetings", HelloQueue.Type.QUORUM);

	private static final HelloTopology TOPOLOGY = new HelloTopology(QUEUE,
			new TopologySettings(TopologySettings.Topology.DECLARE, TopologySettings.Broker.DEMO));

	private static final int PORT = TestPorts.free();

	private static EmbeddedBroker broker;

	private Connection connection;

	private Channel channel;

	@BeforeAll
	static void startBroker() {
		StackLogging.start();
		broker = EmbeddedBroker.start(PORT, QUEUE);
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@BeforeEach
	void connect() throws Exception {
		this.connection = newConnection();
		TOPOLOGY.ensure(this.connection, Role.CONSUMER);
		this.channel = this.connection.createChannel();
		for (String queue : List.of(QUEUE.name(), QUEUE.dead(), QUEUE.dlq())) {
			this.channel.queuePurge(queue);
		}
	}

	@AfterEach
	void disconnect() throws Exception {
		this.connection.close();
	}

	@Test
	void takesTheDeclarationsOfTheServicesAgainAndAgain() {
		assertThatCode(() -> TOPOLOGY.ensure(this.connection, Role.PRODUCER)).doesNotThrowAnyException();
		assertThat(this.connection.getServerProperties().get("product")).asString().contains("Qpid");
	}

	@Test
	void confirmsWhatItHasQueued() throws Exception {
		this.channel.confirmSelect();
		publish(QUEUE.name(), "one");
		assertThat(this.channel.waitForConfirms(5_000)).isTrue();
		assertThat(this.channel.messageCount(QUEUE.name())).isOne();
	}

	/** RabbitMQ returns first and then acks; for the producer either is a failure. */
	@Test
	void nacksAndReturnsWhatHasNoQueue() throws Exception {
		List<String> events = new CopyOnWriteArrayList<>();
		this.channel.confirmSelect();
		this.channel.addReturnListener((returned) -> events.add("return " + returned.getReplyCode()));
		this.channel.addConfirmListener((tag, multiple) -> events.add("ack"), (tag, multiple) -> events.add("nack"));
		publish("nowhere", "one");
		Eventually.within(Duration.ofSeconds(5), () -> events.size() == 2);
		assertThat(events).containsExactly("nack", "return 312");
	}

	@Test
	void routesDeadLettersByTheExchange() throws Exception {
		this.channel.basicPublish(QUEUE.deadLetterExchange(), HelloQueue.DLQ_KEY, true, null, "one".getBytes());
		assertThat(get(QUEUE.dlq())).isEqualTo("one");
	}

	@Test
	void sendsARejectionToTheDeadLettersAtOnce() throws Exception {
		publish(QUEUE.name(), "poison");
		publish(QUEUE.name(), "neighbour");
		BlockingQueue<Delivery> deliveries = consume(this.channel);
		Delivery poison = next(deliveries);
		this.channel.basicReject(poison.getEnvelope().getDeliveryTag(), false);
		assertThat(body(next(deliveries))).isEqualTo("neighbour");
		GetResponse dead = await(QUEUE.dead());
		assertThat(new String(dead.getBody())).isEqualTo("poison");
		assertThat(dead.getProps().getMessageId()).isEqualTo("id-poison");
		// Unlike RabbitMQ's, it does not say where it comes from.
		assertThat(dead.getProps().getHeaders()).doesNotContainKey("x-death");
	}

	@Test
	void sendsARejectionAfterManyRedeliveriesToTheDeadLettersToo() throws Exception {
		publish(QUEUE.name(), "poison");
		BlockingQueue<Delivery> deliveries = consume(this.channel);
		for (int i = 0; i < 30; i++) {
			Delivery delivery = next(deliveries);
			assertThat(delivery.getEnvelope().isRedeliver()).isEqualTo(i > 0);
			assertThat(delivery.getProperties().getHeaders()).doesNotContainKey("x-delivery-count");
			this.channel.basicReject(delivery.getEnvelope().getDeliveryTag(), true);
		}
		this.channel.basicReject(next(deliveries).getEnvelope().getDeliveryTag(), false);
		assertThat(new String(await(QUEUE.dead()).getBody())).isEqualTo("poison");
		assertThat(deliveries).isEmpty();
	}

	@Test
	void givesBackAtTheHeadWhatWasNackedOrNeverAcked() throws Exception {
		for (String text : List.of("one", "two", "three")) {
			publish(QUEUE.name(), text);
		}
		try (Channel other = this.connection.createChannel()) {
			BlockingQueue<Delivery> deliveries = consume(other);
			other.basicNack(next(deliveries).getEnvelope().getDeliveryTag(), false, true);
			next(deliveries);
		}
		for (int i = 0; i < 4; i++) {
			Connection lost = newConnection();
			next(consume(lost.createChannel()));
			lost.abort();
		}
		BlockingQueue<Delivery> deliveries = consume(this.channel);
		Delivery first = next(deliveries);
		assertThat(body(first)).isEqualTo("one");
		assertThat(first.getEnvelope().isRedeliver()).isTrue();
		assertThat(body(next(deliveries))).isEqualTo("two");
		// However often its consumers died, a rejection is a rejection.
		this.channel.basicReject(first.getEnvelope().getDeliveryTag(), false);
		assertThat(new String(await(QUEUE.dead()).getBody())).isEqualTo("one");
	}

	@Test
	void endsAConsumerThatCancelsWithoutWaiting() throws Exception {
		BlockingQueue<Delivery> deliveries = consume(this.channel);
		publish(QUEUE.name(), "one");
		Delivery delivery = next(deliveries);
		this.channel.asyncRpc(new AMQP.Basic.Cancel.Builder().consumerTag("reader").nowait(true).build());
		this.channel.basicNack(delivery.getEnvelope().getDeliveryTag(), false, true);
		Eventually.within(Duration.ofSeconds(5), () -> this.channel.messageCount(QUEUE.name()) == 1);
		assertThat(this.channel.consumerCount(QUEUE.name())).isZero();
		assertThat(deliveries).isEmpty();
	}

	@Test
	void keepsTheWaybillAsItIs() throws Exception {
		Map<String, Object> headers = Map.of("waybill-source", Long.MIN_VALUE, "waybill-sequence", 1L, "text", "é");
		this.channel.basicPublish("", QUEUE.name(), true,
				new BasicProperties.Builder().headers(headers)
					.messageId("id")
					.appId("me")
					.contentType("text/plain")
					.contentEncoding("br")
					.deliveryMode(2)
					.timestamp(new Date(1_000_000_000_000L))
					.build(),
				new byte[1024 * 1024]);
		GetResponse response = await(QUEUE.name());
		assertThat(response.getBody()).hasSize(1024 * 1024);
		BasicProperties properties = response.getProps();
		assertThat(properties.getHeaders().get("waybill-source")).isEqualTo(Long.MIN_VALUE);
		assertThat(properties.getHeaders().get("text")).hasToString("é");
		assertThat(properties.getAppId()).isEqualTo("me");
		assertThat(properties.getContentEncoding()).isEqualTo("br");
		assertThat(properties.getDeliveryMode()).isEqualTo(2);
		assertThat(properties.getTimestamp()).hasTime(1_000_000_000_000L);
	}

	/** A caveat of this broker, which no setting of its own ends. */
	@Test
	void unpacksWhatIsMarkedAsGzip() throws Exception {
		ByteArrayOutputStream packed = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
			gzip.write("Hello World!".getBytes());
		}
		this.channel.basicPublish("", QUEUE.name(), true, new BasicProperties.Builder().contentEncoding("gzip").build(),
				packed.toByteArray());
		GetResponse response = await(QUEUE.name());
		assertThat(new String(response.getBody())).isEqualTo("Hello World!");
		assertThat(response.getProps().getContentEncoding()).isNull();
	}

	@Test
	void listensOnLoopbackOnly() throws Exception {
		for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
			for (InetAddress address : Collections.list(network.getInetAddresses())) {
				if (!address.isLoopbackAddress()) {
					assertThat(TestPorts.answers(new InetSocketAddress(address, PORT))).as("%s", address).isFalse();
				}
			}
		}
	}

	@Test
	void stopsAndLetsItsPortGo() throws Exception {
		int port = TestPorts.free();
		EmbeddedBroker another = EmbeddedBroker.start(port, QUEUE);
		ConnectionFactory factory = new ConnectionFactory();
		factory.setPort(port);
		factory.setAutomaticRecoveryEnabled(false);
		Connection open = factory.newConnection();
		another.close();
		Eventually.within(Duration.ofSeconds(5), () -> !open.isOpen());
		FreePorts.require(Map.of("--broker-port", port));
		assertThat(this.connection.isOpen()).isTrue();
	}

	private static Connection newConnection() throws Exception {
		ConnectionFactory factory = new ConnectionFactory();
		factory.setPort(PORT);
		factory.setAutomaticRecoveryEnabled(false);
		return factory.newConnection();
	}

	private void publish(String queue, String text) throws IOException {
		BasicProperties properties = MessageProperties.MINIMAL_PERSISTENT_BASIC.builder()
			.messageId("id-" + text)
			.headers(Map.of())
			.build();
		this.channel.basicPublish("", queue, true, properties, text.getBytes());
	}

	private static BlockingQueue<Delivery> consume(Channel channel) throws IOException {
		BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
		channel.basicConsume(QUEUE.name(), false, "reader", (tag, delivery) -> deliveries.add(delivery), (tag) -> {
		});
		return deliveries;
	}

	private static Delivery next(BlockingQueue<Delivery> deliveries) throws InterruptedException {
		Delivery delivery = deliveries.poll(5, TimeUnit.SECONDS);
		assertThat(delivery).isNotNull();
		return delivery;
	}

	private static String body(Delivery delivery) {
		return new String(delivery.getBody());
	}

	private String get(String queue) throws IOException {
		return new String(await(queue).getBody());
	}

	private GetResponse await(String queue) {
		BlockingQueue<GetResponse> found = new LinkedBlockingQueue<>();
		Eventually.within(Duration.ofSeconds(5), () -> {
			GetResponse response = this.channel.basicGet(queue, true);
			return response != null && found.add(response);
		});
		return found.remove();
	}

}
