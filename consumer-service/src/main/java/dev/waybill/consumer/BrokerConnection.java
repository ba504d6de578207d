package dev.waybill.consumer;

import java.io.IOException;
import java.time.Duration;

import com.rabbitmq.client.BlockedCallback;
import com.rabbitmq.client.ShutdownSignalException;
import dev.waybill.contract.BrokerRefusedException;
import dev.waybill.contract.HelloTopology;
import dev.waybill.contract.HelloTopology.Role;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.connection.ConnectionListener;

/**
 * Knows, without asking the network, whether the broker is there and whether it blocks
 * us; and makes sure on each new connection that the queues are there. Long because it
 * prepares and watches two connections, of which only the one for publishing is blocked.
 */
final class BrokerConnection implements ConnectionListener {

	private static final Logger logger = LoggerFactory.getLogger(BrokerConnection.class);

	/** Boot has no property for it, and a paused broker lets one connect for ever. */
	private static final int HANDSHAKE_MILLIS = 3000;

	private static final int CLOSE_MILLIS = 3000;

	private final ConnectionFactory factory;

	private final ConnectionFactory publishing;

	private final HelloTopology topology;

	private volatile com.rabbitmq.client.@Nullable Connection connection;

	private volatile @Nullable BrokerRefusedException refusal;

	private volatile boolean blocked;

	private volatile long blockedAt;

	private volatile boolean absenceLogged;

	/** For how long there was no connection, but for the present absence. */
	private long away;

	private long awaySince = System.nanoTime();

	private long presentSince;

	private boolean present;

	/** Until then whoever starts the service says what is wrong. */
	private volatile boolean inUse;

	BrokerConnection(ConnectionFactory factory, HelloTopology topology, InHandBytes inHandBytes,
			ConsumerMetrics metrics) {
		this.factory = factory;
		this.topology = topology;
		if (factory instanceof CachingConnectionFactory caching) {
			caching.getRabbitConnectionFactory().setHandshakeTimeout(HANDSHAKE_MILLIS);
			// A broker in alarm does not answer a close, and a stop has 30 s in all.
			caching.setCloseTimeout(CLOSE_MILLIS);
			caching.setExecutor(new AmqpThreads(inHandBytes));
			// In place of the client's meters too: those keep every unsettled tag, and
			// ours say the same.
			caching.getRabbitConnectionFactory().setMetricsCollector(inHandBytes);
		}
		factory.addConnectionListener(this);
		ConnectionFactory publisherFactory = factory.getPublisherConnectionFactory();
		this.publishing = (publisherFactory != null) ? publisherFactory : factory;
		if (publisherFactory != null) {
			// The listener above has been passed on to it.
			publisherFactory.removeConnectionListener(this);
		}
		this.publishing.addConnectionListener(this::watchBlocking);
		metrics.brokerConnected(this::isConnected);
		metrics.brokerBlocked(this::isBlocked);
	}

	boolean isConnected() {
		com.rabbitmq.client.Connection current = this.connection;
		return current != null && current.isOpen();
	}

	boolean isBlocked() {
		return this.blocked;
	}

	/**
	 * A clock that stands still while there is no connection, for what the broker may
	 * deliver again after that.
	 * @return nanoseconds, since any point in time
	 */
	synchronized long nanosConnected() {
		return (this.present ? System.nanoTime() : this.awaySince) - this.away;
	}

	/** How long there has been a connection by now; zero where there is none. */
	synchronized Duration presentFor() {
		return this.present ? Duration.ofNanos(System.nanoTime() - this.presentSince) : Duration.ZERO;
	}

	private synchronized void comes(com.rabbitmq.client.Connection delegate) {
		this.connection = delegate;
		this.presentSince = System.nanoTime();
		if (!this.present) {
			this.away += System.nanoTime() - this.awaySince;
			this.present = true;
		}
	}

	private synchronized void goes(com.rabbitmq.client.Connection delegate) {
		if (this.present && this.connection == delegate) {
			this.present = false;
			this.awaySince = System.nanoTime();
		}
	}

	/** How long the broker has blocked us by now; zero where it does not. */
	Duration blockedFor() {
		return this.blocked ? Duration.ofNanos(System.nanoTime() - this.blockedAt) : Duration.ZERO;
	}

	/** What the broker last refused us, if it did. */
	@Nullable BrokerRefusedException refusal() {
		return this.refusal;
	}

	/**
	 * Connects, if we are not.
	 * @throws BrokerRefusedException where somebody must change something first
	 */
	void connect() {
		BrokerRefusedException before = this.refusal;
		try {
			this.factory.createConnection();
		}
		catch (RuntimeException ex) {
			BrokerRefusedException refused = BrokerRefusedException.find(ex);
			throw (refused != null) ? refused : ex;
		}
		if (before != null && this.refusal == before) {
			// It stays connected after that, and what was wrong may be mended by now.
			ensureQueues();
		}
		BrokerRefusedException refused = this.refusal;
		if (refused != null) {
			throw refused;
		}
		this.inUse = true;
	}

	/** The connection for publishing, made if need be. */
	com.rabbitmq.client.Connection publishingConnection() throws IOException {
		com.rabbitmq.client.Connection delegate = this.publishing.createConnection().getDelegate();
		if (delegate == null) {
			throw new IOException("the connection has just closed");
		}
		return delegate;
	}

	/** Makes sure again that the queues are there, on the present connection. */
	void ensureQueues() {
		com.rabbitmq.client.Connection current = this.connection;
		if (current != null && current.isOpen()) {
			ensure(current);
		}
	}

	@Override
	public void onCreate(@Nullable Connection created) {
		com.rabbitmq.client.Connection delegate = (created != null) ? created.getDelegate() : null;
		if (delegate == null) {
			return;
		}
		comes(delegate);
		delegate.addShutdownListener((cause) -> lost(delegate, cause));
		this.absenceLogged = false;
		logger.info("Connected to {} {} at {}", delegate.getServerProperties().get("product"),
				delegate.getServerProperties().get("version"), delegate);
		ensure(delegate);
	}

	@Override
	public void onFailed(Exception exception) {
		BrokerRefusedException refused = BrokerRefusedException.find(exception);
		if (refused != null) {
			refused(refused);
		}
		else if (!this.absenceLogged) {
			this.absenceLogged = true;
			logger.warn("No connection to the broker; trying again until there is one ({})", exception.toString());
		}
	}

	private void ensure(com.rabbitmq.client.Connection delegate) {
		try {
			this.topology.ensure(delegate, Role.CONSUMER);
			this.refusal = null;
		}
		catch (BrokerRefusedException ex) {
			refused(ex);
		}
		catch (IOException | RuntimeException ex) {
			logger.warn("The queues could not be looked after; connecting again ({})", ex.toString());
			delegate.abort(1000);
		}
	}

	private void refused(BrokerRefusedException refused) {
		BrokerRefusedException before = this.refusal;
		this.refusal = refused;
		if (this.inUse && (before == null || !String.valueOf(before.getMessage()).equals(refused.getMessage()))) {
			logger.error("{}", refused.getMessage());
		}
	}

	private void watchBlocking(@Nullable Connection created) {
		com.rabbitmq.client.Connection delegate = (created != null) ? created.getDelegate() : null;
		if (delegate == null) {
			return;
		}
		this.blocked = false;
		BlockedCallback onBlocked = (reason) -> {
			this.blockedAt = System.nanoTime();
			this.blocked = true;
			logger.warn("The broker blocks publishing: {}", reason);
		};
		delegate.addBlockedListener(onBlocked, () -> {
			this.blocked = false;
			logger.info("The broker no longer blocks publishing");
		});
		delegate.addShutdownListener((cause) -> this.blocked = false);
	}

	private void lost(com.rabbitmq.client.Connection delegate, ShutdownSignalException cause) {
		goes(delegate);
		if (!cause.isInitiatedByApplication()) {
			logger.warn("The connection to the broker was lost; connecting again ({})", cause.getMessage());
			this.absenceLogged = true;
		}
	}

}
