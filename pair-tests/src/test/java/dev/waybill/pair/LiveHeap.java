package dev.waybill.pair;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of a process's heap is in use, without its garbage: asks for a class
 * histogram, which begins with a full collection.
 */
final class LiveHeap {

	private static final Pattern TOTAL = Pattern.compile("^Total\\s+\\d+\\s+(\\d+)", Pattern.MULTILINE);

	private LiveHeap() {
	}

	/** The bytes in use. */
	static long bytes(long pid) {
		Matcher total = TOTAL.matcher(histogram(pid));
		if (!total.find()) {
			throw new IllegalStateException("no total in the class histogram of " + pid);
		}
		return Long.parseLong(total.group(1));
	}

	private static String histogram(long pid) {
		String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
		try {
			Process process = new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram")
				.redirectErrorStream(true)
				.start();
			return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
