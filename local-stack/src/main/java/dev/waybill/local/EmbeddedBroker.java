package dev.waybill.local;

import java.lang.reflect.Field;
import java.net.URL;
import java.util.Map;
import java.util.Objects;

import dev.waybill.contract.HelloQueue;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener.DefaultSystemLauncherListener;
import org.apache.qpid.server.model.BrokerImpl;
import org.apache.qpid.server.model.Container;
import org.apache.qpid.server.model.SystemConfig;
import org.jspecify.annotations.Nullable;

/**
 * Decides how Apache Qpid Broker-J runs inside this process: in memory, on loopback, and
 * as near to RabbitMQ's treatment of {@code hello} as it can.
 */
final class EmbeddedBroker implements AutoCloseable {

	private final StartListener listener = new StartListener();

	private final SystemLauncher launcher = new SystemLauncher(this.listener);

	private EmbeddedBroker() {
	}

	/**
	 * Starts the broker with {@code hello} and its dead letters already there.
	 * @param port the port to listen on
	 * @param queue the names
	 * @return the running broker
	 */
	static EmbeddedBroker start(int port, HelloQueue queue) {
		EmbeddedBroker broker = new EmbeddedBroker();
		try {
			broker.launcher.startup(attributes(port, queue));
		}
		catch (Exception ex) {
			throw new IllegalStateException("The embedded broker did not start", ex);
		}
		// The launcher itself only logs what went wrong.
		if (broker.listener.error != null) {
			throw new IllegalStateException("The embedded broker did not start", broker.listener.error);
		}
		broker.leaveTheStopToUs();
		return broker;
	}

	/**
	 * Takes back the broker's own shutdown hook, which would end it beside the services
	 * that are still handing back what they hold. There is no setting for that.
	 */
	private void leaveTheStopToUs() {
		try {
			Field hook = BrokerImpl.class.getDeclaredField("_shutdownHook");
			hook.setAccessible(true);
			Runtime.getRuntime().removeShutdownHook((Thread) hook.get(this.listener.broker));
		}
		catch (ReflectiveOperationException ex) {
			close();
			throw new IllegalStateException("This version of the embedded broker keeps its shutdown hook elsewhere",
					ex);
		}
		catch (IllegalStateException ex) {
			// Stopping already: too late, and not worth more than an unquiet end.
		}
	}

	@Override
	public void close() {
		this.launcher.shutdown();
	}

	private static Map<String, Object> attributes(int port, HelloQueue queue) {
		Map<String, String> context = Map.of("waybill.broker.port", String.valueOf(port), "waybill.queue.name",
				queue.name(), "waybill.queue.dead", queue.dead(), "waybill.virtualhost.location",
				location("virtualhost.json"),
				// Otherwise the x- arguments of the services' declarations end their
				// connection.
				"queue.behaviourOnUnknownDeclareArgument", "IGNORE",
				// Nothing here may write to the disk.
				"qpid.broker.defaultPreferenceStoreAttributes", "{\"type\": \"Noop\"}");
		return Map.of(SystemConfig.TYPE, "Memory", SystemConfig.CONTEXT, context,
				SystemConfig.INITIAL_SYSTEM_PROPERTIES_LOCATION, location("system.properties"),
				SystemConfig.INITIAL_CONFIGURATION_LOCATION, location("broker.json"), "startupLoggedToSystemOut",
				false);
	}

	/** As a URL, since the broker's own {@code classpath:} does not see into our jar. */
	private static String location(String resource) {
		URL url = Objects.requireNonNull(EmbeddedBroker.class.getResource(resource), resource);
		return url.toString();
	}

	private static final class StartListener extends DefaultSystemLauncherListener {

		private volatile @Nullable RuntimeException error;

		private volatile @Nullable Container<?> broker;

		@Override
		public void errorOnStartup(RuntimeException ex) {
			this.error = ex;
		}

		@Override
		public void onContainerResolve(SystemConfig<?> system) {
			this.broker = system.getContainer();
		}

	}

}
