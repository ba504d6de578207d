package dev.waybill.load;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One run of the generator as it was started from a command line.
 *
 * @param status the exit status
 * @param out what it printed
 * @param err what it complained of
 */
record Ran(int status, String out, String err) {

	static Ran with(String arguments) throws InterruptedException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		ByteArrayOutputStream err = new ByteArrayOutputStream();
		int status = LoadGenerator.run(new PrintStream(out, true, StandardCharsets.UTF_8),
				new PrintStream(err, true, StandardCharsets.UTF_8), arguments.split(" +"));
		return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
	}

	void exits(int expected) {
		assertThat(this.status).as(this.out + this.err).isEqualTo(expected);
	}

	/**
	 * Nothing failed but perhaps the rate, for which a machine that builds may be too
	 * busy; for tests of something else.
	 */
	void isAccountedFor() {
		assertThat(this.out.lines().filter((line) -> line.startsWith("FAILED: "))).as(this.out + this.err)
			.allMatch((line) -> line.startsWith("FAILED: The achieved rate of "));
		assertThat(this.status).as(this.err).isEqualTo(this.out.contains("PASSED: ") ? 0 : 1);
	}

	/** A count of the last line of counts. */
	long count(String name) {
		Matcher matcher = Pattern.compile("(?m)^sent=.*").matcher(this.out);
		if (!matcher.find()) {
			throw new IllegalStateException("no counts in " + this.out);
		}
		Matcher count = Pattern.compile("(?:^| )" + name + "=([0-9]+)").matcher(matcher.group());
		if (!count.find()) {
			throw new IllegalStateException("no " + name + " in " + matcher.group());
		}
		return Long.parseLong(count.group(1));
	}

}
