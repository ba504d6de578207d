package dev.waybill.pair;

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
		Matcher total = TOTAL.matcher(Jcmd.ask(pid, "GC.class_histogram"));
		if (!total.find()) {
			throw new IllegalStateException("no total in the class histogram of " + pid);
		}
		return Long.parseLong(total.group(1));
	}

}
