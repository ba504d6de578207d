package dev.waybill.producer.ledger;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Assumptions;

/**
 * A disk of a mebibyte that can be filled; the test is skipped where this user may not
 * mount one.
 */
final class SmallDisk implements AutoCloseable {

	private final Path directory;

	private SmallDisk(Path directory) {
		this.directory = directory;
	}

	static SmallDisk mount(Path directory) {
		String said = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory.toString());
		Assumptions.assumeTrue(said.isEmpty(), () -> "this user may not mount a small disk: " + said);
		return new SmallDisk(directory);
	}

	/** One with a file system that can be frozen and broken. */
	static SmallDisk mountImage(Path directory, Path image) {
		String said = make(image) + run("mkfs.ext4", "-q", image.toString())
				+ run("mount", "-o", "loop", image.toString(), directory.toString());
		Assumptions.assumeTrue(said.isEmpty(), () -> "this user may not mount an image: " + said);
		return new SmallDisk(directory);
	}

	private static String make(Path image) {
		try {
			Files.write(image, new byte[8 << 20]);
			return "";
		}
		catch (IOException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

	Path file(String name) {
		return this.directory.resolve(name);
	}

	/** Leaves no byte. */
	void fill() {
		byte[] page = new byte[4096];
		try (OutputStream out = Files.newOutputStream(file("filling"))) {
			while (true) {
				out.write(page);
			}
		}
		catch (IOException ex) {
			// It is full.
		}
	}

	void free() throws IOException {
		Files.deleteIfExists(file("filling"));
	}

	/** Whoever writes waits. */
	void freeze() {
		assumeDone(run("fsfreeze", "-f", this.directory.toString()));
	}

	void thaw() {
		run("fsfreeze", "-u", this.directory.toString());
	}

	/**
	 * From now on nothing is written, not even over what is there, as after an error of
	 * the hardware.
	 */
	void breakDown() {
		assumeDone(run("mount", "-o", "remount,abort", this.directory.toString()));
	}

	private static void assumeDone(String said) {
		Assumptions.assumeTrue(said.isEmpty(), () -> "this disk cannot be frozen or broken: " + said);
	}

	@Override
	public void close() {
		run("umount", "-l", this.directory.toString());
	}

	/** What it said if it failed. */
	private static String run(String... command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			String said = new String(process.getInputStream().readAllBytes());
			boolean ended = process.waitFor(10, TimeUnit.SECONDS);
			return (ended && process.exitValue() == 0) ? "" : said + " (failed)";
		}
		catch (IOException ex) {
			return String.valueOf(ex.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return "interrupted";
		}
	}

}
