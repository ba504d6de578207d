package dev.waybill.pair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.waybill.testing.JavaProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The load generator's proof passes with a sound pair, and not where a message was
 * destroyed.
 */
@Tag("long")
class LoadGeneratorIntegrationTests extends FleetTest {

	private static final Duration LONG = Duration.ofSeconds(90);

	private static final Pattern COUNTS = Pattern
		.compile("(?m)^sent=[0-9]+ accepted=([0-9]+) rejected=0 unknown=0 (processed=.*)$");

	@Test
	void provesWhatWasProcessedAndWhatWasDeadLettered() {
		Service producer = this.fleet.producerWithFile("p");
		this.fleet.consumer();
		this.fleet.consumer();
		this.fleet.ready();
		JavaProcess passing = generator(producer);
		assertThat(passing.awaitExit(LONG)).as(passing.output()).isZero();
		assertThat(passing.output()).contains("By the outside's list and the journals:");
		assertCounts(passing, 0, 0);

		List<JavaProcess> second = new ArrayList<>();
		Hand.takes(this.host, () -> second.add(generator(producer)), (channel, tag) -> channel.basicReject(tag, false));
		assertThat(second.get(0).awaitExit(LONG)).as(second.get(0).output()).isZero();
		assertThat(second.get(0).output()).contains("1 accepted are in no journal, and are taken for dead letters");
		assertCounts(second.get(0), 1, 0);
	}

	@Test
	void namesWhatWasDestroyed() {
		Service producer = this.fleet.producer("p");
		this.fleet.consumer();
		this.fleet.ready();
		List<JavaProcess> failing = new ArrayList<>();
		String taken = Hand.takes(this.host, () -> failing.add(generator(producer)),
				(channel, tag) -> channel.basicAck(tag, false));
		JavaProcess generator = failing.get(0);
		assertThat(generator.awaitExit(LONG)).as(generator.output()).isEqualTo(1);
		assertCounts(generator, 0, 1);
		String number = taken.substring(taken.indexOf('/') + 1);
		assertThat(generator.output()).contains("FAILED: The ledger calls 1 lost: " + taken + "-" + number)
			.containsPattern("FAILED: 1 accepted are in no journal, .* so 1 are missing: load-[0-9a-f]{16}-[0-9]+\\R");
	}

	/** All that was accepted was processed, but for these. */
	private static void assertCounts(JavaProcess generator, long deadLettered, long lost) {
		Matcher counts = COUNTS.matcher(generator.output());
		assertThat(counts.find()).as(generator.output()).isTrue();
		long accepted = Long.parseLong(counts.group(1));
		assertThat(accepted).isGreaterThan(1);
		assertThat(counts.group(2)).as(generator.output())
			.isEqualTo("processed=%d dead-lettered=%d duplicated=0 lost=%d", accepted - deadLettered - lost,
					deadLettered, lost);
	}

	private JavaProcess generator(Service producer) {
		List<String> arguments = new ArrayList<>(
				List.of("--closed=4", "--duration=2s", "--settle=60s", "--url=" + producer.uri("")));
		this.fleet.journals().forEach((journal) -> arguments.add("--journal=" + journal));
		return JavaProcess.startJar(jar(), List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"), arguments);
	}

	private static Path jar() {
		try (Stream<Path> files = Files.list(Path.of("..", "load-generator", "target"))) {
			return files.filter((file) -> file.getFileName().toString().matches("load-generator-.*\\.jar"))
				.findFirst()
				.orElseThrow(() -> new IllegalStateException("the module load-generator is not built"));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
