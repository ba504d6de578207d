package dev.waybill.pair;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.TestPorts;
import dev.waybill.testing.VirtualHost;
import org.jspecify.annotations.Nullable;

/** A producer and a consumer as processes of their own, from their executable jars. */
final class Pair implements AutoCloseable {

	private static final Duration START = Duration.ofSeconds(60);

	private final HttpClient http = HttpClient.newHttpClient();

	private final VirtualHost host;

	private final Path journal;

	private final int producerPort = TestPorts.free();

	private final int consumerPort = TestPorts.free();

	private final List<String> arguments;

	private final List<JavaProcess> processes = new ArrayList<>();

	private @Nullable JavaProcess producer;

	Pair(VirtualHost host, String... arguments) {
		this.host = host;
		this.arguments = List.of(arguments);
		try {
			this.journal = Files.createTempFile("journal-", ".txt");
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	Pair startProducer(String... more) {
		List<String> own = new ArrayList<>(List.of("--waybill.instance=pair"));
		own.addAll(List.of(more));
		this.producer = start("producer-service", this.producerPort, own);
		return this;
	}

	/** Stops it cleanly; it can be started again. */
	void stopProducer() {
		JavaProcess running = Objects.requireNonNull(this.producer, "not started");
		running.terminate();
		running.awaitExit(Duration.ofSeconds(40));
	}

	/** What the producer has computed since its start, on all cores together. */
	Duration producerCpuTime() {
		long pid = Objects.requireNonNull(this.producer, "not started").pid();
		return ProcessHandle.of(pid).flatMap((process) -> process.info().totalCpuDuration()).orElseThrow();
	}

	JavaProcess startConsumer(String... more) {
		return startConsumerOf("consumer-service", more);
	}

	JavaProcess startConsumerOf(String module, String... more) {
		List<String> own = new ArrayList<>(List.of("--waybill.processor.journal=" + this.journal));
		own.addAll(List.of(more));
		return start(module, this.consumerPort, own);
	}

	private JavaProcess start(String module, int port, List<String> own) {
		List<String> all = new ArrayList<>();
		// Given twice, the two addresses would become one list.
		if (own.stream().noneMatch((argument) -> argument.startsWith("--spring.rabbitmq.addresses="))) {
			all.addAll(this.host.arguments());
		}
		all.add("--server.port=" + port);
		all.addAll(this.arguments);
		all.addAll(own);
		JavaProcess process = JavaProcess.startJar(jar(module), List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"), all);
		this.processes.add(process);
		process.awaitOutput("Started ", START);
		Eventually.within(START, () -> get(port, "/actuator/health/readiness").statusCode() == 200);
		return process;
	}

	URI messages() {
		return URI.create("http://127.0.0.1:" + this.producerPort + "/messages");
	}

	int producerPort() {
		return this.producerPort;
	}

	int consumerPort() {
		return this.consumerPort;
	}

	/** The ids of what was processed, in order, with every repeat. */
	List<String> journal() {
		try {
			return Files.readAllLines(this.journal);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** A counter of the producer, summed over its series that have this text. */
	double producerMetric(String series) {
		return metric(this.producerPort, series);
	}

	/** A counter of the consumer, summed over its series that have this text. */
	double consumerMetric(String series) {
		return metric(this.consumerPort, series);
	}

	private double metric(int port, String series) {
		return scrape(port).lines()
			.filter((line) -> !line.startsWith("#") && line.startsWith(series))
			.mapToDouble((line) -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
			.sum();
	}

	/** All that the producer exports now. */
	Exposition producerMetrics() {
		return Exposition.of(scrape(this.producerPort));
	}

	/** All that the consumer exports now. */
	Exposition consumerMetrics() {
		return Exposition.of(scrape(this.consumerPort));
	}

	private String scrape(int port) {
		try {
			return get(port, "/actuator/prometheus").body();
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
		return this.http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
			.timeout(Duration.ofSeconds(5))
			.build(), BodyHandlers.ofString());
	}

	/** The executable jar that the build of a module made. */
	static Path jar(String module) {
		Path target = Path.of("..", module, "target");
		try (Stream<Path> files = Files.list(target)) {
			return files.filter((file) -> file.getFileName().toString().endsWith("-exec.jar"))
				.max(Comparator.naturalOrder())
				.orElseThrow(() -> new IllegalStateException("no executable jar in " + target));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.processes.forEach(JavaProcess::terminate);
		for (JavaProcess process : this.processes) {
			process.awaitExit(Duration.ofSeconds(40));
		}
	}

}
