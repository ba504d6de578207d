package dev.waybill.load;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class LoadOptionsTests {

	@Test
	void needsLittle() {
		LoadOptions options = LoadOptions.parse("--rate", "5000");
		assertThat(options).isEqualTo(new LoadOptions(LoadOptions.Mode.OPEN, 5000, Duration.ofSeconds(60),
				List.of(URI.create("http://127.0.0.1:8080")), 64, 0, 256, Duration.ofMillis(50),
				Duration.ofSeconds(120), Duration.ofSeconds(30), List.of(), null));
	}

	@Test
	void takesEachInEitherForm(@TempDir Path directory) throws Exception {
		Path one = Files.createFile(directory.resolve("one"));
		Path two = Files.createFile(directory.resolve("two"));
		Path output = directory.resolve("out/deeper");
		LoadOptions options = LoadOptions.parse("--find-knee", "--rate=100", "--duration", "2m", "--url=http://a:1/",
				"--url", "http://[::1]:2", "--connections=3", "--batch=100", "--size", "64", "--knee-p99=20ms",
				"--settle", "1h", "--timeout=500ms", "--journal", one.toString(), "--journal=" + two, "--output",
				output.toString());
		assertThat(options).isEqualTo(new LoadOptions(LoadOptions.Mode.FIND_KNEE, 100, Duration.ofMinutes(2),
				List.of(URI.create("http://a:1"), URI.create("http://[::1]:2")), 3, 100, 64, Duration.ofMillis(20),
				Duration.ofHours(1), Duration.ofMillis(500), List.of(one, two), output));
		assertThat(output).isDirectory();
	}

	@Test
	void takesTheConnectionsOfTheClosedLoop() {
		LoadOptions options = LoadOptions.parse("--closed=8", "--duration=5s");
		assertThat(options.mode()).isEqualTo(LoadOptions.Mode.CLOSED);
		assertThat(options.connections()).isEqualTo(8);
		assertThat(options.rate()).isZero();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					--duration 5s                 | One of --rate, --closed and --find-knee must be given
					--rates 5                     | There is no option '--rates'
					5000                          | There is no option '5000'
					--rate                        | --rate needs a value: --rate=...
					--rate=                       | --rate needs a value: --rate=...
					--rate --closed 5             | --rate needs a value: --rate=...
					--rate fast                   | --rate is 'fast'; allowed are numbers from 1 to 1000000
					--rate 0                      | --rate is '0'; allowed are numbers from 1 to 1000000
					--rate 5 --rate 6             | --rate is given twice
					--rate 5 --url http://a --url http://a | --url is given twice
					--closed 0                    | --closed is '0'; allowed are numbers from 1 to 10000
					--closed 5 --rate 5           | --closed has no rate: leave out either it or --rate
					--closed 5 --find-knee        | --closed has no rate: leave out either it or --find-knee
					--closed 5 --connections 5    | --closed says how many connections there are
					--find-knee=yes               | --find-knee takes no value
					--rate 5 --knee-p99 5ms       | --knee-p99 is for --find-knee
					--rate 5 --duration 60        | --duration is '60'; allowed are times from 1s to 24h, such as 500ms
					--rate 5 --duration 999ms     | --duration is '999ms'; allowed are times from 1s to 24h
					--rate 5 --timeout 1ms        | --timeout is '1ms'; allowed are times from 100ms to 600s
					--rate 5 --settle -1s         | --settle is '-1s'; allowed are times from 0s to 24h
					--rate 5 --size 63            | --size is '63'; allowed are numbers from 64 to 1048576
					--rate 5 --batch 1001         | --batch is '1001'; allowed are numbers from 1 to 1000
					--rate 5 --batch 1000 --size 1000000 | --batch times --size is 1000000000 bytes; allowed are 16777216
					--rate 1000000 --duration 24h | --rate for --duration is more messages than the list of outcomes takes
					--rate 5 --url https://a      | --url is 'https://a'; allowed are base addresses such as http://127.0.0.1:8080
					--rate 5 --url http://a/messages | --url is 'http://a/messages'; allowed are base addresses
					--rate 5 --url 127.0.0.1:8080 | --url is '127.0.0.1:8080'; allowed are base addresses
					--rate 5 --connections 1 --url http://a --url http://b | 1 connections are too few for 2 producers
					--rate 5 --journal /no/such   | --journal is '/no/such'; allowed are files that are there and can be read
					--rate 5 --output /dev/null   | --output is '/dev/null'; allowed are folders that can be written
					""")
	void saysInOneSentenceWhatIsAllowed(String arguments, String sentence) throws Exception {
		Ran ran = Ran.with(arguments);
		ran.exits(2);
		assertThat(ran.err()).startsWith(sentence);
		assertThat(ran.out()).isEmpty();
	}

	@Test
	void helps() throws Exception {
		Ran ran = Ran.with("--rate 5 --help");
		ran.exits(0);
		assertThat(ran.out()).contains("--rate N", "--settle TIME");
	}

}
