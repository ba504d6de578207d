package dev.waybill.producer;

import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

import com.rabbitmq.client.ShutdownSignalException;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloTopology;
import dev.waybill.contract.TopologySettings;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.catalina.core.StandardHost;
import org.jspecify.annotations.Nullable;

import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.connection.ConnectionListener;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Puts the parts of the service together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ HelloQueue.class, TopologySettings.class, PublishSettings.class,
		ProducerInstance.class, KeyRegistry.Settings.class })
class ProducerConfiguration {

	/**
	 * In place of 10 s, which Boot has no property for: a paused broker lets one wait.
	 */
	private static final int HANDSHAKE_MILLIS = 3000;

	@Bean
	HelloTopology helloTopology(HelloQueue queue, TopologySettings settings) {
		return new HelloTopology(queue, settings);
	}

	@Bean
	BrokerState brokerState() {
		return new BrokerState();
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
	KeyRegistry keyRegistry(KeyRegistry.Settings settings) {
		return new KeyRegistry(settings);
	}

	@Bean
	ProducerMetrics producerMetrics(MeterRegistry registry) {
		return new ProducerMetrics(registry);
	}

	@Bean
	ProducerGauges producerGauges(EntryQueue entries, ByteBudget budget, BrokerState state, OpenWindows windows,
			KeyRegistry keys) {
		return new ProducerGauges(entries, budget, state, windows, keys);
	}

	@Bean
	OpenWindows openWindows(PublishSettings settings) {
		return new OpenWindows(settings);
	}

	@Bean
	Lanes lanes(RabbitTemplate template, HelloTopology topology, HelloQueue queue, PublishSettings settings,
			EntryQueue entries, OpenWindows windows, BrokerState state, ProducerMetrics metrics,
			ProducerInstance instance) {
		prepare(template, state);
		return new Lanes(template, topology, queue, instance.name(), settings, entries, windows, state, metrics);
	}

	@Bean
	MessagePublisher messagePublisher(EntryQueue entries, BrokerState state, KeyRegistry keys, ProducerMetrics metrics,
			PublishSettings settings) {
		return new MessagePublisher(entries, state, keys, metrics, settings);
	}

	@Bean
	MessageReader messageReader(PublishSettings settings) {
		return new MessageReader(settings);
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

	private static void prepare(RabbitTemplate template, BrokerState state) {
		template.setUsePublisherConnection(true);
		// The template sets the mandatory flag only when it has a callback to give
		// returns to.
		template.setReturnsCallback((returned) -> {
		});
		template.setMessagePropertiesConverter(new WaybillPropertiesConverter());
		if (template.getConnectionFactory() instanceof CachingConnectionFactory factory) {
			factory.getRabbitConnectionFactory().setHandshakeTimeout(HANDSHAKE_MILLIS);
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
