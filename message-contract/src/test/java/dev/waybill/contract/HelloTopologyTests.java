package dev.waybill.contract;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Map;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import dev.waybill.contract.HelloQueue.Type;
import dev.waybill.contract.HelloTopology.Role;
import dev.waybill.contract.TopologySettings.Broker;
import dev.waybill.contract.TopologySettings.Topology;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The refusals for which there is no real broker here; the others are integration tests.
 */
class HelloTopologyTests {

	@ParameterizedTest
	@ValueSource(strings = { "3.13.7", "4.0.9", "4.2.3", "none" })
	void refusesAnOlderRabbitMqWithOneSentence(String version) {
		assertThatExceptionOfType(BrokerRefusedException.class)
			.isThrownBy(() -> ensure(Topology.DECLARE, Broker.RABBITMQ, server("RabbitMQ", version, null)))
			.withMessageContaining("RabbitMQ " + version)
			.withMessageContaining("4.3 or later");
	}

	@ParameterizedTest
	@ValueSource(strings = { "4.3.0", "4.10.1", "5.0.0", "4.3.0-rc.1" })
	void takesThisRabbitMqAndLaterOnes(String version) {
		assertThatCode(() -> ensure(Topology.DECLARE, Broker.RABBITMQ, server("RabbitMQ", version, null)))
			.doesNotThrowAnyException();
	}

	@Test
	void refusesAnotherBrokerUnlessItIsForADemonstration() {
		Connection qpid = server("Apache Qpid Broker-J Core", "10.1.0", null);
		assertThatExceptionOfType(BrokerRefusedException.class)
			.isThrownBy(() -> ensure(Topology.DECLARE, Broker.RABBITMQ, qpid))
			.withMessageContaining("Apache Qpid")
			.withMessageContaining("waybill.broker=demo");
		assertThatCode(() -> ensure(Topology.DECLARE, Broker.DEMO, qpid)).doesNotThrowAnyException();
	}

	@ParameterizedTest
	@CsvSource({ "406, waybill.queue.type", "403, waybill.topology=check", "405, waybill.queue.name",
			"541, waybill.queue.type=quorum" })
	void namesThePropertyToChangeWhereTheBrokerRefusesADeclaration(int code, String property) {
		assertThatExceptionOfType(BrokerRefusedException.class)
			.isThrownBy(() -> ensure(Topology.DECLARE, Broker.RABBITMQ, server("RabbitMQ", "4.3.6", code)))
			.withMessageContaining("exchange 'hello.dlx'")
			.withMessageContaining(property)
			.withMessageContaining("the broker's own words");
	}

	@Test
	void doesNotAdviseWhatIsSetAlready() {
		assertThatExceptionOfType(BrokerRefusedException.class)
			.isThrownBy(() -> ensure(Topology.CHECK, Broker.RABBITMQ, server("RabbitMQ", "4.3.6", 403)))
			.matches((ex) -> !String.valueOf(ex.getMessage()).contains("waybill.topology"));
	}

	@Test
	void leavesAFailureThatIsNoRefusalToTheCaller() {
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> ensure(Topology.DECLARE, Broker.RABBITMQ, server("RabbitMQ", "4.3.6", 320)));
	}

	@Test
	void promisesByQueueAndBroker() {
		assertThat(promise(Type.QUORUM, Broker.RABBITMQ)).isEqualTo("full-without-file");
		assertThat(promise(Type.TUTORIAL, Broker.RABBITMQ)).isEqualTo("none");
		assertThat(promise(Type.QUORUM, Broker.DEMO)).isEqualTo("demo");
	}

	@Test
	void saysThatArgumentsAreNotCheckedWhereItOnlyLooks() {
		HelloTopology looks = new HelloTopology(new HelloQueue("hello", Type.QUORUM),
				new TopologySettings(Topology.CHECK, Broker.RABBITMQ));
		assertThat(looks.describe()).containsEntry("arguments", "not checked").containsEntry("queue", "hello");
	}

	private static String promise(Type type, Broker broker) {
		return new HelloTopology(new HelloQueue("hello", type), new TopologySettings(Topology.DECLARE, broker))
			.promise();
	}

	private static void ensure(Topology topology, Broker broker, Connection connection) throws IOException {
		new HelloTopology(new HelloQueue("hello", Type.QUORUM), new TopologySettings(topology, broker))
			.ensure(connection, Role.PRODUCER);
	}

	/** A connection to a server that says so of itself, and answers each request so. */
	private static Connection server(String product, String version, @Nullable Integer code) {
		Channel channel = proxy(Channel.class, (name) -> {
			if (code != null && name.contains("Declare")) {
				AMQP.Channel.Close close = new AMQP.Channel.Close.Builder().replyCode(code)
					.replyText("the broker's own words")
					.build();
				throw new IOException(new ShutdownSignalException(false, false, close, "channel"));
			}
			return null;
		});
		return proxy(Connection.class, (name) -> name.equals("getServerProperties")
				? Map.of("product", product, "version", version) : name.equals("createChannel") ? channel : null);
	}

	private static <T> T proxy(Class<T> type, Answer answer) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> answer.to(method.getName())));
	}

	private interface Answer {

		@Nullable Object to(String method) throws IOException;

	}

}
