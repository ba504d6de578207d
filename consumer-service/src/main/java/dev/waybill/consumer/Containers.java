package dev.waybill.consumer;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import org.springframework.amqp.core.AcknowledgeMode;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.amqp.rabbit.listener.adapter.MessagingMessageListenerAdapter;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** The two listener containers, as this service needs them. */
final class Containers {

	private static final String TYPE = "spring.rabbitmq.listener.type";

	private static final String PREFETCH = "spring.rabbitmq.listener.direct.prefetch";

	private static final long LOOK_AGAIN_MILLIS = 1000;

	private static final Executor STOPPING = (task) -> new Thread(task, "waybill-stop").start();

	private final RabbitListenerEndpointRegistry registry;

	private final int configured;

	private volatile int prefetch;

	Containers(RabbitListenerEndpointRegistry registry, Binder binder) {
		String type = binder.bind(TYPE, String.class).orElse("direct");
		if (!type.equalsIgnoreCase("direct")) {
			throw new InvalidConfigurationPropertyValueException(TYPE, type, "Allowed is direct.");
		}
		this.registry = registry;
		this.configured = binder.bind(PREFETCH, Integer.class).orElse(1000);
		Allowed.between(PREFETCH, this.configured, 1, 65_535);
		this.prefetch = this.configured;
	}

	/** How many deliveries the listener takes before it has settled one. */
	int prefetch() {
		return this.prefetch;
	}

	/** Takes so many from the next start on. */
	void prefetch(int prefetch) {
		this.prefetch = prefetch;
	}

	int configuredPrefetch() {
		return this.configured;
	}

	boolean isReduced() {
		return this.prefetch < this.configured;
	}

	void startHello() {
		start(HelloListener.ID, this.prefetch);
	}

	void startHelloForOne() {
		start(HelloListener.ID, 1);
	}

	void startDead() {
		container(DeadLetterReader.ID).setConsumerTagStrategy((queue) -> DeadLetterReader.TAG + UUID.randomUUID());
		start(DeadLetterReader.ID, DeadLetterReader.PREFETCH);
	}

	/** Closes the channel too: whoever calls it has settled everything before. */
	void stopHello() {
		container(HelloListener.ID).stop();
	}

	/**
	 * Stops both at the same time: with a broker that hangs each takes its ten seconds.
	 */
	void stop() {
		CompletableFuture
			.allOf(CompletableFuture.runAsync(container(DeadLetterReader.ID)::stop, STOPPING),
					CompletableFuture.runAsync(this::stopHello, STOPPING))
			.join();
	}

	private void start(String id, int prefetch) {
		DirectMessageListenerContainer container = container(id);
		container.setPrefetchCount(prefetch);
		container.setAcknowledgeMode(AcknowledgeMode.MANUAL);
		AsReceived asReceived = new AsReceived();
		container.setMessagePropertiesConverter(asReceived);
		if (container.getMessageListener() instanceof MessagingMessageListenerAdapter adapter) {
			adapter.setHeaderMapper(asReceived);
		}
		container.setDeBatchingEnabled(false);
		container.setMissingQueuesFatal(false);
		container.setFailedDeclarationRetryInterval(LOOK_AGAIN_MILLIS);
		container.setRecoveryInterval(LOOK_AGAIN_MILLIS);
		container.start();
	}

	private DirectMessageListenerContainer container(String id) {
		if (this.registry.getListenerContainer(id) instanceof DirectMessageListenerContainer container) {
			return container;
		}
		throw new IllegalStateException("the bean rabbitListenerContainerFactory makes no direct containers");
	}

}
