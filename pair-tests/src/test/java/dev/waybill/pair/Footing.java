package dev.waybill.pair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a service takes of its machine while it has nothing to do: it must be back there
 * after a fault. (Channels are the broker's to count, of all services together.)
 *
 * @param threads live threads
 * @param files open file descriptors
 * @param heap bytes in use, without garbage
 */
record Footing(long threads, long files, long heap) {

	/** More may have been made ready for more work, but not for each fault. */
	private static final long MORE_THREADS = 24;

	private static final long MORE_FILES = 48;

	/** Keys, recent messages and the ledger's runs grow with what was sent. */
	private static final long MORE_HEAP = 48 << 20;

	static Footing of(Service service) {
		long pid = service.process().pid();
		try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
			return new Footing((long) service.metric("jvm_threads_live_threads"), files.count(), LiveHeap.bytes(pid));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** What there is too much of beside what there was; empty when it is back. */
	List<String> beyond(Footing before) {
		List<String> beyond = new ArrayList<>();
		check(beyond, "threads", this.threads, before.threads, MORE_THREADS);
		check(beyond, "open files", this.files, before.files, MORE_FILES);
		check(beyond, "bytes of heap", this.heap, before.heap, MORE_HEAP);
		return beyond;
	}

	private static void check(List<String> beyond, String what, long now, long before, long more) {
		if (now > before + more) {
			beyond.add(what + " " + now + ", and " + before + " before");
		}
	}

}
