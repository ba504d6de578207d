package dev.waybill.pair;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What gives a process a clock that is wrong, by Debian's faketime. */
final class Faketime {

	/** The fix costs some 30 µs for each look at the clock, the true one included. */
	private static final Map<String, String> MONOTONIC = Map.of("FAKETIME_DONT_FAKE_MONOTONIC", "1",
			"FAKETIME_FORCE_MONOTONIC_FIX", "0");

	private Faketime() {
	}

	/** Skips the test, or fails it where nothing may be missing, without faketime. */
	static void isNeeded() {
		if ("required".equals(System.getProperty("waybill.test.rabbitmq"))) {
			assertThat(library()).as("faketime is installed").isNotEmpty();
		}
		assumeTrue(!library().isEmpty(), "needs a clock that is wrong: install faketime");
	}

	/** The environment of a process whose clock is so far off, such as {@code +10s}. */
	static Map<String, String> of(String offset) {
		return with(Map.of("FAKETIME", offset));
	}

	/** The same of one that is as far off as this file says, within a second. */
	static Map<String, String> by(Path file) {
		return with(Map.of("FAKETIME_TIMESTAMP_FILE", file.toString(), "FAKETIME_CACHE_DURATION", "1"));
	}

	private static Map<String, String> with(Map<String, String> more) {
		Map<String, String> environment = new HashMap<>(MONOTONIC);
		environment.put("LD_PRELOAD", library());
		environment.putAll(more);
		return environment;
	}

	/** Where Debian puts it; empty where it is not. */
	private static String library() {
		return Stream.of("x86_64", "aarch64")
			.map((machine) -> "/usr/lib/" + machine + "-linux-gnu/faketime/libfaketimeMT.so.1")
			.filter((file) -> Files.exists(Path.of(file)))
			.findFirst()
			.orElse("");
	}

}
