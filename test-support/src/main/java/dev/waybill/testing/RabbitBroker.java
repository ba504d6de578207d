package dev.waybill.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.rabbitmq.RabbitMQContainer;

/**
 * A real RabbitMQ in a container, on ports of this machine that stay the same when it is
 * killed and started again.
 */
public final class RabbitBroker implements AutoCloseable {

	private static final String IMAGE = "rabbitmq:4.3-management";

	private static final AtomicInteger VHOSTS = new AtomicInteger();

	private static @Nullable RabbitBroker shared;

	private final RabbitMQContainer container;

	private final int amqpPort = TestPorts.free();

	private final int managementPort = TestPorts.free();

	private final int metricsPort = TestPorts.free();

	@SuppressWarnings("resource") // ended by close(), or by the hook of shared()
	private RabbitBroker() {
		this.container = new RabbitMQContainer(IMAGE);
		this.container.setPortBindings(List.of("127.0.0.1:" + this.amqpPort + ":5672",
				"127.0.0.1:" + this.managementPort + ":15672", "127.0.0.1:" + this.metricsPort + ":15692"));
		this.container.waitingFor(Wait.forLogMessage(".*Server startup complete.*", 1))
			.withStartupTimeout(Duration.ofMinutes(3));
		this.container.start();
	}

	/**
	 * Whether Docker answers here; where {@code DOCKER_HOST} does not, Testcontainers
	 * would go on to look for another, which is not the one that was asked for.
	 */
	public static boolean isAvailable() {
		String host = System.getenv("DOCKER_HOST");
		return (host == null || answers(URI.create(host))) && DockerClientFactory.instance().isDockerAvailable();
	}

	/** What is no TCP address is left to Testcontainers. */
	private static boolean answers(URI docker) {
		return !"tcp".equals(docker.getScheme())
				|| TestPorts.answers(new InetSocketAddress(docker.getHost(), docker.getPort()));
	}

	/** The broker that the tests of this JVM share, each in a virtual host of its own. */
	public static synchronized RabbitBroker shared() {
		if (shared == null) {
			RabbitBroker broker = new RabbitBroker();
			Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
			shared = broker;
		}
		return shared;
	}

	/** A broker of the caller's own, for faults that others must not see. */
	public static RabbitBroker start() {
		return new RabbitBroker();
	}

	/** Makes a new, empty virtual host. */
	public VirtualHost newVirtualHost() {
		String name = "test-" + VHOSTS.incrementAndGet();
		VirtualHost host = new VirtualHost(this, name);
		// Who makes it may do everything in it; rabbitmqctl would take seconds.
		host.request("PUT", "/api/vhosts/" + name, Map.of("description", "a test's own"));
		return host;
	}

	public int amqpPort() {
		return this.amqpPort;
	}

	public int managementPort() {
		return this.managementPort;
	}

	/** Where Prometheus finds the broker's own metrics. */
	public int metricsPort() {
		return this.metricsPort;
	}

	/** Runs {@code rabbitmqctl} in the broker's container and gives what it printed. */
	public String ctl(String... arguments) {
		String[] command = new String[arguments.length + 1];
		command[0] = "rabbitmqctl";
		System.arraycopy(arguments, 0, command, 1, arguments.length);
		try {
			ExecResult result = this.container.execInContainer(command);
			if (result.getExitCode() != 0) {
				throw new IllegalStateException(String.join(" ", command) + ": " + result);
			}
			return result.getStdout();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** {@code kill -9} of the whole node. */
	public void kill() {
		docker().killContainerCmd(this.container.getContainerId()).withSignal("KILL").exec();
	}

	/** Starts the node again after {@link #kill()} and waits until it serves. */
	public void startAgain() {
		docker().startContainerCmd(this.container.getContainerId()).exec();
		Eventually.within(Duration.ofMinutes(2), () -> {
			ConnectionFactory factory = new ConnectionFactory();
			factory.setPort(this.amqpPort);
			try (Connection connection = factory.newConnection()) {
				return connection.isOpen();
			}
		});
	}

	/** Stops the node's processes where they are. */
	public void pause() {
		docker().pauseContainerCmd(this.container.getContainerId()).exec();
	}

	/** Lets them go on after {@link #pause()}. */
	public void resume() {
		docker().unpauseContainerCmd(this.container.getContainerId()).exec();
	}

	/** Raises or ends the disk alarm, which blocks everyone who publishes. */
	public void diskAlarm(boolean raised) {
		ctl("set_disk_free_limit", raised ? "1000000GB" : "50MB");
	}

	/** Raises or ends the memory alarm, which blocks everyone who publishes. */
	public void memoryAlarm(boolean raised) {
		ctl("set_vm_memory_high_watermark", raised ? "0.00001" : "0.6");
	}

	@Override
	public void close() {
		this.container.stop();
	}

	private com.github.dockerjava.api.DockerClient docker() {
		return this.container.getDockerClient();
	}

}
