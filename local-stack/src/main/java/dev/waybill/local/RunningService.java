package dev.waybill.local;

import java.util.ArrayList;
import java.util.List;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.waybill.consumer.ConsumerApplication;
import dev.waybill.producer.ProducerApplication;
import org.apache.qpid.server.SystemLauncher;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.webmvc.api.OpenApiResource;
import org.springdoc.webmvc.ui.SwaggerConfig;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;

/** Runs one of the two services as it is, in a Spring context of its own. */
final class RunningService implements AutoCloseable {

	/** What a service running alone would not have beside it: one class of each jar. */
	private static final List<Class<?>> NOT_OF_THE_SERVICES = List.of(LocalStackApplication.class, SystemLauncher.class,
			Caffeine.class, BouncyCastleProvider.class);

	/** What the consumer would not: it has no API, so none of what describes one. */
	private static final List<Class<?>> OF_THE_PRODUCER = List.of(ProducerApplication.class, OpenApiCustomizer.class,
			OpenApiResource.class, SwaggerConfig.class);

	private final ConfigurableApplicationContext context;

	private RunningService(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static RunningService producer(List<String> properties) {
		return start(ProducerApplication.class, List.of(ConsumerApplication.class), properties);
	}

	static RunningService consumer(List<String> properties) {
		return start(ConsumerApplication.class, OF_THE_PRODUCER, properties);
	}

	@Override
	public void close() {
		this.context.close();
	}

	private static RunningService start(Class<?> application, List<Class<?>> ofTheOther, List<String> properties) {
		List<Class<?>> hidden = new ArrayList<>(NOT_OF_THE_SERVICES);
		hidden.addAll(ofTheOther);
		ClassLoader all = application.getClassLoader();
		ClassLoader own = new ServiceClassLoader(all, hidden);
		Thread thread = Thread.currentThread();
		// The threads that the service starts inherit it.
		thread.setContextClassLoader(own);
		try {
			return new RunningService(
					new SpringApplicationBuilder(new DefaultResourceLoader(own), application).main(application)
						// What stops, and in which order, is for the stack to say.
						.registerShutdownHook(false)
						.run(properties.toArray(String[]::new)));
		}
		finally {
			thread.setContextClassLoader(all);
		}
	}

}
