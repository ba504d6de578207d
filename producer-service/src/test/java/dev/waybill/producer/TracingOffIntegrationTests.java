package dev.waybill.producer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;

import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.TestPorts;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What tracing costs a request while it is off, beside a service without its libraries;
 * and one where it is on, which shows that the measures would see it.
 */
@NeedsRabbitMq
class TracingOffIntegrationTests {

	private static final Pattern LIBRARIES = Pattern
		.compile(".*[/\\\\](spring-boot-)?(micrometer-tracing|opentelemetry|context-propagation)[^/\\\\]*\\.jar");

	private static final List<String> PACKAGES = List.of("io.micrometer.tracing.", "io.micrometer.context.",
			"io.opentelemetry.", "org.springframework.boot.micrometer.tracing.",
			"org.springframework.boot.opentelemetry.");

	private static final int ROUNDS = 7;

	private static final int POSTS = 100;

	@Test
	void aRequestAllocatesAsManyBytesAsWithoutTheLibrariesAndRunsNoFrameOfThem(@TempDir Path folder) throws Exception {
		String address = "--management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:" + TestPorts.free();
		var starting = List.of(start(true), start(false), start(true, address));
		try (ObservedProducer off = starting.get(0).get();
				ObservedProducer without = starting.get(1).get();
				ObservedProducer on = starting.get(2).get()) {
			double[] bytes = allocated(List.of(off, without, on));
			System.out.printf("a request allocates %,.0f bytes, without the libraries %,.0f, traced %,.0f%n", bytes[0],
					bytes[1], bytes[2]);
			assertThat(bytes[0] / bytes[1]).as("off, beside without").isBetween(0.99, 1.01);
			assertThat(bytes[2] / bytes[1]).as("on, beside without").isGreaterThan(1.05);
			List<String> types = types(off, 5 * POSTS, folder.resolve("off.jfr"));
			assertThat(types).as("off").anyMatch((type) -> type.startsWith("dev.waybill.producer."));
			assertThat(types).as("off").noneMatch(TracingOffIntegrationTests::isOfTheLibraries);
			assertThat(types(on, 2 * POSTS, folder.resolve("on.jfr"))).as("on")
				.anyMatch(TracingOffIntegrationTests::isOfTheLibraries);
		}
	}

	/**
	 * By each request: the least of some rounds in turn, since what else a process does
	 * meanwhile only adds to it.
	 */
	private static double[] allocated(List<ObservedProducer> all) throws Exception {
		double[][] bytes = new double[all.size()][ROUNDS];
		for (ObservedProducer producer : all) {
			producer.post(2 * POSTS);
		}
		for (int round = 0; round < ROUNDS; round++) {
			for (int i = 0; i < bytes.length; i++) {
				bytes[i][round] = all.get(i).allocatedByEachOf(POSTS);
			}
		}
		return Arrays.stream(bytes).mapToDouble((rounds) -> Arrays.stream(rounds).min().orElseThrow()).toArray();
	}

	/** The types of the frames in a profile. */
	private static List<String> types(ObservedProducer producer, int posts, Path file) throws IOException {
		return producer.profile(posts, file).stream().map((frame) -> frame.getMethod().getType().getName()).toList();
	}

	private static boolean isOfTheLibraries(String type) {
		return PACKAGES.stream().anyMatch(type::startsWith);
	}

	private static Future<ObservedProducer> start(boolean withLibraries, String... arguments) {
		long libraries = Arrays
			.stream(System.getProperty("java.class.path").split(System.getProperty("path.separator")))
			.filter(LIBRARIES.asMatchPredicate())
			.count();
		assertThat(libraries).as("libraries of tracing on the class path").isGreaterThan(8);
		VirtualHost host = RabbitBroker.shared().newVirtualHost();
		FutureTask<ObservedProducer> starting = new FutureTask<>(() -> new ObservedProducer(host,
				(part) -> withLibraries || !LIBRARIES.matcher(part).matches(), arguments));
		new Thread(starting).start();
		return starting;
	}

}
