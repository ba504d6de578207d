package dev.waybill.pair;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a running JVM tells of itself. */
final class Jcmd {

	/** The name of a thread, without the number at its end. */
	private static final Pattern THREAD = Pattern.compile("^\"(.*?)[-#\\d]*\" ", Pattern.MULTILINE);

	private Jcmd() {
	}

	/** The answer to a command. */
	static String ask(long pid, String command) {
		String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
		try {
			Process process = new ProcessBuilder(jcmd, Long.toString(pid), command).redirectErrorStream(true).start();
			return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** How many threads there are of each name. */
	static Map<String, Long> threads(long pid) {
		return THREAD.matcher(ask(pid, "Thread.print"))
			.results()
			.collect(Collectors.groupingBy((thread) -> thread.group(1), TreeMap::new, Collectors.counting()));
	}

}
