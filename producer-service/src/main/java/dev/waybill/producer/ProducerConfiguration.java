package dev.waybill.producer;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

import com.rabbitmq.client.ShutdownSignalException;
import dev.waybill.contract.FailureLog;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloTopology;
import dev.waybill.contract.TopologySettings;
import dev.waybill.producer.ledger.Checkpoints;
import dev.waybill.producer.ledger.DeliveryLedger;
import dev.waybill.producer.ledger.LedgerSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationPredicate;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.connection.ConnectionListener;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Puts the parts of the service together; long because each has a method of its own. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ HelloQueue.class, TopologySettings.class, PublishSettings.class, BatchSettings.class,
		ConnectionSettings.class, ProducerInstance.Settings.class, KeyRegistry.Settings.class, LedgerSettings.class,
		AuditSettings.class })
class ProducerConfiguration {

	/**
	 * In place of 10 s, which Boot has no property for: a paused broker lets one wait.
	 */
	private static final int HANDSHAKE_MILLIS = 3000;

	/**
	 * In place of 30 s, which is all that a stop may take: a broker that is blocked does
	 * not read that we go.
	 */
	private static final int CLOSE_MILLIS = 2000;

	@Bean
	HelloTopology helloTopology(HelloQueue queue, TopologySettings settings, LedgerSettings ledger) {
		return new HelloTopology(queue, settings, ledger.file() != null);
	}

	/** While publishing is blocked, so may be the receipts: a receipt gap. */
	@Bean
	BrokerState brokerState(DeliveryLedger ledger) {
		BrokerState state = new BrokerState();
		state.onBlocked((blocked) -> {
			if (blocked) {
				ledger.gapBegins("the broker takes no messages");
			}
			else {
				ledger.gapEnds();
			}
		});
		return state;
	}

	@Bean
	EntryQueue entryQueue(PublishSettings settings) {
		return new EntryQueue(settings.entryQueue());
	}

	@Bean
	ByteBudget byteBudget(PublishSettings settings) {
		return new ByteBudget(settings.budget());
	}

	@Bean
	BatchShare batchShare(BatchSettings settings, PublishSettings publish, ByteBudget budget) {
		return new BatchShare(settings, publish, budget);
	}

	@Bean
	KeyRegistry keyRegistry(KeyRegistry.Settings settings) {
		return new KeyRegistry(settings);
	}

	@Bean
	ProducerMetrics producerMetrics(MeterRegistry registry) {
		return new ProducerMetrics(registry);
	}

	@Bean
	ProducerGauges producerGauges(EntryQueue entries, ByteBudget budget, BrokerState state, OpenWindows windows,
			KeyRegistry keys, BatchShare batches) {
		return new ProducerGauges(entries, budget, state, windows, keys, batches);
	}

	@Bean
	OpenLedger openLedger(LedgerSettings settings, AuditSettings audit, ProducerInstance.Settings instance,
			HelloTopology topology, @Value("${spring.rabbitmq.requested-heartbeat}") Duration heartbeat) {
		try {
			settings.checkPatience(audit.heldInterval(), audit.retry().longestDelay(), heartbeat);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("waybill.ledger.patience", settings.patience(),
					String.valueOf(ex.getMessage()));
		}
		boolean promised = topology.promise().startsWith("full");
		return OpenLedger.open(settings.file(), instance,
				new DeliveryLedger.Builder(settings.patience(), audit.heldInterval(), promised));
	}

	@Bean
	DeliveryLedger deliveryLedger(OpenLedger open) {
		return open.ledger();
	}

	@Bean
	Checkpoints checkpoints(OpenLedger open) {
		return open.checkpoints();
	}

	@Bean
	ProducerInstance producerInstance(OpenLedger open) {
		return new ProducerInstance(open.instance());
	}

	@Bean
	RecentMessages recentMessages(PublishSettings settings) {
		return new RecentMessages(settings.lanes());
	}

	@Bean
	ReceiptsQueue receiptsQueue(HelloTopology topology, ProducerInstance instance, DeliveryLedger ledger,
			Checkpoints checkpoints) {
		return new ReceiptsQueue(topology, instance.name(), ledger, checkpoints);
	}

	@Bean
	ReceiptIntake receiptIntake(DeliveryLedger ledger, Checkpoints checkpoints, RecentMessages recent, KeyRegistry keys,
			MeterRegistry registry, FailureLog failures) {
		return new ReceiptIntake(ledger, checkpoints, recent, keys, new LedgerMetrics(registry), failures);
	}

	@Bean
	LedgerUpkeep ledgerUpkeep(RabbitTemplate template, HelloTopology topology, HelloQueue queue, ReceiptsQueue receipts,
			ReceiptIntake intake, OpenLedger open, ProducerInstance instance, AuditSettings audit, BrokerState state) {
		prepare(template, state);
		ReceiptListener listener = new ReceiptListener(template.getConnectionFactory(), topology, receipts,
				queue.receiptsQueue(instance.name()), instance.name(), intake);
		return new LedgerUpkeep(open.ledger(), open.checkpoints(), listener, intake, audit.heldInterval(),
				topology.promise());
	}

	@Bean
	LedgerGauges ledgerGauges(OpenLedger open) {
		return new LedgerGauges(open.ledger(), open.checkpoints());
	}

	@Bean
	LedgerEndpoint ledgerEndpoint(OpenLedger open, HelloTopology topology) {
		return new LedgerEndpoint(open.ledger(), open.instance(), open.since(), topology.promise());
	}

	@Bean
	OpenWindows openWindows(PublishSettings settings) {
		return new OpenWindows(settings);
	}

	@Bean
	Lanes lanes(RabbitTemplate template, HelloTopology topology, HelloQueue queue, PublishSettings settings,
			EntryQueue entries, OpenWindows windows, BrokerState state, ProducerMetrics metrics,
			ProducerInstance instance, DeliveryLedger ledger, RecentMessages recent, ReceiptsQueue receipts) {
		return new Lanes(template, topology, queue, instance.name(), settings, entries, windows, state, metrics,
				new Accounting(ledger, recent, receipts));
	}

	@Bean
	FailureLog failureLog() {
		return new FailureLog();
	}

	@Bean
	MessagePublisher messagePublisher(EntryQueue entries, BrokerState state, KeyRegistry keys, ProducerMetrics metrics,
			PublishSettings settings, FailureLog failures, ObjectProvider<PublishTraces> traces) {
		return new MessagePublisher(entries, state, keys, metrics, settings, failures, traces.getIfAvailable());
	}

	@Bean
	MessageReader messageReader(PublishSettings settings) {
		return new MessageReader(settings);
	}

	@Bean
	Answers answers(JsonMapper json, ProducerInstance instance) {
		return new Answers(json, instance);
	}

	@Bean
	ServletRegistrationBean<MessageServlet> messageServlet(MessageReader reader, MessagePublisher publisher,
			ByteBudget budget, ProducerMetrics metrics, PublishSettings settings, Answers answers) {
		return new ServletRegistrationBean<>(new MessageServlet(reader, publisher, budget, metrics, answers, settings),
				MessageServlet.PATH);
	}

	@Bean
	ServletRegistrationBean<BatchServlet> batchServlet(MessageReader reader, MessagePublisher publisher,
			BatchShare share, ProducerMetrics metrics, PublishSettings publish, BatchSettings settings,
			Answers answers) {
		return new ServletRegistrationBean<>(
				new BatchServlet(reader, publisher, share, metrics, answers, publish, settings), BatchServlet.PATH);
	}

	@Bean
	LiveServlet live(DeliveryLedger ledger, ProducerMetrics metrics, BrokerState state, ProducerInstance instance,
			HelloTopology topology, JsonMapper json, Answers answers) {
		return new LiveServlet(new LiveState(ledger, metrics, state, instance, topology.promise(), json), answers);
	}

	@Bean
	ServletRegistrationBean<LiveServlet> liveServlet(LiveServlet live) {
		return new ServletRegistrationBean<>(live, LiveServlet.PATH);
	}

	@Bean
	PageHeaders pageHeaders() {
		return new PageHeaders();
	}

	/**
	 * Our own meters time what is published; the observation costs about a third of an
	 * endpoint that does nothing. Where there are traces, it is what they begin with. A
	 * live page is one request that lasts for hours.
	 */
	@Bean
	ObservationPredicate withoutPublishing(@Value("${" + TracingConfiguration.ENABLED + ":false}") boolean traced) {
		return (name, context) -> {
			HttpServletRequest request = (context instanceof ServerRequestObservationContext observed)
					? observed.getCarrier() : null;
			return request == null || !((request.getMethod().equals("POST") && !traced)
					|| request.getRequestURI().equals(request.getContextPath() + LiveServlet.PATH));
		};
	}

	@Bean
	BrokerHealthIndicator brokerStateHealthIndicator(BrokerState state, OpenWindows windows) {
		return new BrokerHealthIndicator(state, windows);
	}

	@Bean
	LanesHealthIndicator lanesHealthIndicator(BrokerState state) {
		return new LanesHealthIndicator(state);
	}

	@Bean
	InfoContributor waybillInfo(HelloTopology topology) {
		return (info) -> info.withDetail("waybill", topology.describe());
	}

	@Bean
	WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemsOfTomcat() {
		return (factory) -> factory.addContextCustomizers((context) -> {
			if (context.getParent() instanceof StandardHost host) {
				host.setErrorReportValveClass(ProblemErrorReportValve.class.getName());
			}
		});
	}

	/**
	 * Without virtual threads a slow body holds a thread too, and it is the others who
	 * would wait for one. Threads are made when all are busy, and end when idle.
	 */
	@Bean
	WebServerFactoryCustomizer<TomcatServletWebServerFactory> connectionsThatTheHeapBears(ConnectionSettings settings) {
		return (factory) -> factory.addConnectorCustomizers((connector) -> {
			connector.setProperty("maxConnections", Integer.toString(settings.limit()));
			connector.setProperty("maxThreads", Integer.toString(settings.limit()));
		});
	}

	/**
	 * A message's id may have any visible character, so its path may have them encoded.
	 */
	@Bean
	WebServerFactoryCustomizer<TomcatServletWebServerFactory> slashesInMessageIds() {
		return (factory) -> factory.addConnectorCustomizers((connector) -> {
			connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
			connector.setEncodedReverseSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
		});
	}

	private static void prepare(RabbitTemplate template, BrokerState state) {
		template.setUsePublisherConnection(true);
		// The template sets the mandatory flag only when it has a callback to give
		// returns to.
		template.setReturnsCallback((returned) -> {
		});
		template.setMessagePropertiesConverter(new WaybillPropertiesConverter());
		if (template.getConnectionFactory() instanceof CachingConnectionFactory factory) {
			factory.getRabbitConnectionFactory().setHandshakeTimeout(HANDSHAKE_MILLIS);
			factory.setCloseTimeout(CLOSE_MILLIS);
			// Not with TLS: who wrapped its sockets would take the check of the host
			// name away from the client.
			if (!factory.getRabbitConnectionFactory().isSSL()) {
				factory.getRabbitConnectionFactory().setSocketFactory(new FlushHold());
			}
			// In place of threads that would keep a service alive whose start was
			// refused.
			factory.setExecutor(Executors.newCachedThreadPool(daemons()));
		}
		ConnectionFactory publishing = Objects
			.requireNonNull(template.getConnectionFactory().getPublisherConnectionFactory());
		publishing.addConnectionListener(new ConnectionListener() {

			@Override
			public void onCreate(@Nullable Connection connection) {
				if (connection != null) {
					connection.addBlockedListener(state);
				}
			}

			@Override
			public void onShutDown(ShutdownSignalException signal) {
				state.handleUnblocked();
			}

		});
	}

	private static ThreadFactory daemons() {
		CustomizableThreadFactory threads = new CustomizableThreadFactory("amqp-");
		threads.setDaemon(true);
		return threads;
	}

}
