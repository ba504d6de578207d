package dev.waybill.consumer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.VirtualHost;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The consumer as a library in an application of the user's, with the user's processor.
 */
final class RunningConsumer implements AutoCloseable {

	/** Each sets the properties of the one Logback, which are a plain map. */
	private static final Object STARTING = new Object();

	private static final HttpClient http = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	private final MeterRegistry registry;

	private RunningConsumer(ConfigurableApplicationContext context) {
		this.context = context;
		// Kept here to be read after the stop too.
		this.registry = context.getBean(MeterRegistry.class);
	}

	static RunningConsumer start(VirtualHost host, MessageProcessor processor, String... properties) {
		RunningConsumer consumer = startWithoutWaiting(host.arguments(), processor, properties);
		Eventually.within(Duration.ofSeconds(20), () -> consumer.health("readiness").statusCode() == 200);
		return consumer;
	}

	static RunningConsumer startWithoutWaiting(List<String> arguments, MessageProcessor processor,
			String... properties) {
		List<String> all = new ArrayList<>(arguments);
		all.add("--server.port=0");
		// It would be the end of the tests.
		all.add("--waybill.exit-when-stuck=false");
		for (String property : properties) {
			all.add("--" + property);
		}
		synchronized (STARTING) {
			return new RunningConsumer(new SpringApplicationBuilder(Application.class)
				.initializers((context) -> ((GenericApplicationContext) context).registerBean(MessageProcessor.class,
						() -> processor))
				.run(all.toArray(String[]::new)));
		}
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	HttpResponse<String> health(String group) {
		return get("/actuator/health/" + group);
	}

	HttpResponse<String> get(String path) {
		String port = this.context.getEnvironment().getProperty("local.server.port");
		try {
			return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
				.timeout(Duration.ofSeconds(5))
				.build(), BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** The sum of the counters of a name, of those with the tags. */
	long count(String name, String... tags) {
		return Math.round(this.registry.find(name).tags(tags).counters().stream().mapToDouble(Counter::count).sum());
	}

	long attempts(String outcome) {
		return this.registry.get("waybill.process").tag("outcome", outcome).timer().count();
	}

	double gauge(String name) {
		Gauge gauge = this.registry.get(name).gauge();
		return gauge.value();
	}

	/** Waits until nothing is in hand, and checks that the books are right. */
	RunningConsumer balanced() {
		Eventually.within(Duration.ofSeconds(20),
				() -> gauge("waybill.in.hand") == 0 && count("waybill.deliveries") == count("waybill.settled"));
		return this;
	}

	/** Waits until so many deliveries have been settled this way. */
	RunningConsumer settled(String how, long count) {
		Eventually.within(Duration.ofSeconds(40), () -> count("waybill.settled", "how", how) >= count);
		assertThat(count("waybill.settled", "how", how)).isEqualTo(count);
		return this;
	}

	@Override
	public void close() {
		this.context.close();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
