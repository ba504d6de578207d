package dev.waybill.pair;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A file system of 1 MiB, which a test can fill; only root may mount one. */
final class SmallDisk implements AutoCloseable {

	private final Path directory;

	private final Thread atTheEnd = new Thread(this::unmount);

	private SmallDisk(Path directory) {
		this.directory = directory;
		Runtime.getRuntime().addShutdownHook(this.atTheEnd);
	}

	/** Mounts it; the test is skipped where that is not allowed. */
	static SmallDisk mount() throws IOException {
		Path directory = Files.createTempDirectory("disk-");
		boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory.toString());
		if (!mounted) {
			Files.delete(directory);
		}
		assumeTrue(mounted, "mounts a file system of its own, which only root may do");
		return new SmallDisk(directory);
	}

	Path file(String name) {
		return this.directory.resolve(name);
	}

	/** Takes all of its space. */
	void fill() throws IOException {
		try (OutputStream filler = Files.newOutputStream(file("filler"))) {
			while (true) {
				filler.write(new byte[512]);
			}
		}
		catch (IOException ex) {
			if (!String.valueOf(ex.getMessage()).contains("No space left")) {
				throw ex;
			}
		}
	}

	/** Gives it back. */
	void relieve() throws IOException {
		Files.delete(file("filler"));
	}

	/** Lazily, since the service that uses it may still live. */
	@Override
	public void close() {
		unmount();
		Runtime.getRuntime().removeShutdownHook(this.atTheEnd);
	}

	private void unmount() {
		run("umount", "-l", this.directory.toString());
		this.directory.toFile().delete();
	}

	private static boolean run(String... command) {
		try {
			return new ProcessBuilder(List.of(command)).redirectErrorStream(true).start().waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

}
