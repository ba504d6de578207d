package dev.waybill.observability;

import java.util.List;
import java.util.stream.Stream;

import dev.waybill.observability.Promtool.Ran;
import dev.waybill.testing.NeedsDocker;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Prometheus' own tool finds nothing wrong with the rules, nor their tests. */
@NeedsDocker("promtool")
class PromtoolIntegrationTests {

	@Test
	void rulesAreWellFormed() {
		Ran check = Promtool.run(arguments("rules", "check", "rules", "--lint=all", "--lint-fatal"));

		assertThat(check.status()).as(check.output()).isZero();
		assertThat(check.output()).contains("SUCCESS");
	}

	@Test
	void prometheusTakesItsConfiguration() {
		Ran check = Promtool.run("check", "config", "--lint=all", "--lint-fatal", Promtool.FOLDER + "/prometheus.yml");

		assertThat(check.status()).as(check.output()).isZero();
		YamlFiles.of("rules").forEach((file) -> assertThat(check.output()).contains(Promtool.FOLDER + "/" + file));
	}

	@Test
	void rulesDoWhatTheirTestsSay() {
		Ran test = Promtool.run(arguments("tests", "test", "rules"));

		assertThat(test.status()).as(test.output()).isZero();
		assertThat(test.output().lines().filter((line) -> line.strip().equals("SUCCESS")))
			.hasSameSizeAs(YamlFiles.of("tests"));
	}

	@Test
	void whatPromtoolFindsWrongIsSeen() {
		Ran check = Promtool.run("check", "rules", Promtool.FOLDER + "/prometheus.yml");

		assertThat(check.status()).isPositive();
		assertThat(check.output()).contains("FAILED");
	}

	private static String[] arguments(String folder, String... command) {
		List<String> files = YamlFiles.of(folder).stream().map((file) -> Promtool.FOLDER + "/" + file).toList();
		assertThat(files).isNotEmpty();
		return Stream.concat(Stream.of(command), files.stream()).toArray(String[]::new);
	}

}
