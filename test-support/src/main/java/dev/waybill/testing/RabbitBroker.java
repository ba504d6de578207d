package dev.waybill.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import com.github.dockerjava.api.DockerClient;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.rabbitmq.RabbitMQContainer;

/**
 * A real RabbitMQ in a container, on ports of this machine that stay the same when it is
 * killed and started again. Long because it both runs a broker and breaks it in each way
 * that tests need.
 */
public final class RabbitBroker implements AutoCloseable {

	private static final String IMAGE = "rabbitmq:4.3-management";

	private static final long LOOK_MILLIS = 500;

	private static final String DATA = "/var/lib/rabbitmq";

	private static final String COOKIE = DATA + "/.erlang.cookie";

	/** As the image itself starts it, by its entry point where it has one. */
	private static final String SERVER = "$(command -v docker-entrypoint.sh) rabbitmq-server";

	private static final AtomicInteger VHOSTS = new AtomicInteger();

	private static @Nullable RabbitBroker shared;

	private final RabbitMQContainer container;

	private final int amqpPort = TestPorts.free();

	private final int managementPort = TestPorts.free();

	private final int metricsPort = TestPorts.free();

	@SuppressWarnings("resource") // ended by close(), or by the hook of shared()
	private RabbitBroker(Consumer<RabbitMQContainer> more) {
		this.container = new RabbitMQContainer(IMAGE);
		more.accept(this.container);
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
			RabbitBroker broker = start();
			Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
			shared = broker;
		}
		return shared;
	}

	/** A broker of the caller's own, for faults that others must not see. */
	public static RabbitBroker start() {
		return new RabbitBroker((container) -> {
		});
	}

	/**
	 * A broker whose disk is so small, which raises no alarm for it, and which is started
	 * again when it ends, as by systemd.
	 */
	public static RabbitBroker startOnSmallDisk(int megabytes) {
		return new RabbitBroker((container) -> container.withTmpFs(Map.of(DATA, "rw,size=" + megabytes + "m"))
			.withCommand("sh", "-c", "chown rabbitmq " + DATA + " && while true; do " + SERVER + "; sleep 2; done")
			.withCopyToContainer(Transferable.of("disk_free_limit.absolute = 1\n"),
					"/etc/rabbitmq/conf.d/90-disk.conf"));
	}

	/** Takes all the room that is left on its disk, or gives it back. */
	public void fillDisk(boolean full) {
		String filler = DATA + "/filler";
		run("sh", "-c", full ? "cat /dev/zero > " + filler + "; test -s " + filler : "rm " + filler);
	}

	/**
	 * A node that may become one of a cluster: its name is its host's,
	 * {@code rabbit@name}.
	 */
	static RabbitBroker startNode(String name, String cookie) {
		return new RabbitBroker(
				(container) -> container.withCreateContainerCmdModifier((command) -> command.withHostName(name))
					.withCommand("sh", "-c", "chown rabbitmq " + COOKIE + " && exec " + SERVER)
					.withCopyToContainer(Transferable.of(cookie, 0600), COOKIE));
	}

	/** Makes a new, empty virtual host. */
	public VirtualHost newVirtualHost() {
		return newVirtualHost(List.of(this));
	}

	/** Makes a new, empty virtual host on the nodes of one broker. */
	static VirtualHost newVirtualHost(List<RabbitBroker> nodes) {
		String name = "test-" + VHOSTS.incrementAndGet();
		VirtualHost host = new VirtualHost(nodes, name);
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
		return run(command);
	}

	/** Runs a command in the broker's container and gives what it printed. */
	public String run(String... command) {
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

	/** SIGTERM, as for maintenance, and waits for the end. */
	public void stop() {
		docker().stopContainerCmd(this.container.getContainerId()).withTimeout(60).exec();
	}

	/** Starts the node again after its end and waits until it serves. */
	public void startAgain() {
		beginAgain();
		awaitServing();
	}

	/** Starts the node again, and does not wait. */
	public void beginAgain() {
		docker().startContainerCmd(this.container.getContainerId()).exec();
	}

	/** Waits until the node lets clients in. */
	public void awaitServing() {
		Eventually.within(Duration.ofMinutes(2), () -> {
			// The client writes down each time that it is not there yet.
			Thread.sleep(LOOK_MILLIS);
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

	String containerId() {
		return this.container.getContainerId();
	}

	DockerClient docker() {
		return this.container.getDockerClient();
	}

}
