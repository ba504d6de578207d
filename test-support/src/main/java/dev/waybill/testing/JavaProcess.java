package dev.waybill.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A program of this class path as a process of its own, for what a test can only do to a
 * process: kill it, stop it, starve it of memory.
 */
public final class JavaProcess implements AutoCloseable {

	private final Process process;

	private final Path log;

	private JavaProcess(Process process, Path log) {
		this.process = process;
		this.log = log;
	}

	/**
	 * Starts a program with this JVM's Java and class path.
	 * @param mainClass the class with the main method
	 * @param options options of the JVM, such as {@code -Xmx64m}
	 * @param arguments arguments of the program
	 * @return the running process
	 */
	public static JavaProcess start(String mainClass, List<String> options, List<String> arguments) {
		return start(mainClass, (part) -> true, options, arguments);
	}

	/**
	 * Starts an executable jar with this JVM's Java.
	 * @param jar the jar
	 * @param options options of the JVM, such as {@code -Xmx64m}
	 * @param arguments arguments of the program
	 * @return the running process
	 */
	public static JavaProcess startJar(Path jar, List<String> options, List<String> arguments) {
		return startJar(jar, options, arguments, Map.of());
	}

	/**
	 * Starts an executable jar with this JVM's Java and more in its environment.
	 * @param jar the jar
	 * @param options options of the JVM, such as {@code -Xmx64m}
	 * @param arguments arguments of the program
	 * @param environment what its environment has beside ours
	 * @return the running process
	 */
	public static JavaProcess startJar(Path jar, List<String> options, List<String> arguments,
			Map<String, String> environment) {
		return start(jar.getFileName().toString(), options, List.of("-jar", jar.toString()), arguments, environment);
	}

	/**
	 * Starts a program with this JVM's Java and those parts of its class path that are
	 * wanted.
	 */
	public static JavaProcess start(String mainClass, Predicate<String> wanted, List<String> options,
			List<String> arguments) {
		String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter(wanted)
			.collect(Collectors.joining(File.pathSeparator));
		return start(mainClass.replaceAll(".*\\.", ""), options, List.of("-cp", path, mainClass), arguments, Map.of());
	}

	/** Runs a program of one source file with this JVM's Java. */
	public static JavaProcess startSource(Path source, String... arguments) {
		return start(source.getFileName().toString(), List.of(), List.of(source.toString()), List.of(arguments),
				Map.of());
	}

	private static JavaProcess start(String name, List<String> options, List<String> program, List<String> arguments,
			Map<String, String> environment) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(options);
		command.addAll(program);
		command.addAll(arguments);
		try {
			File log = File.createTempFile(name + "-", ".log");
			ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
			builder.environment().putAll(environment);
			Process process = builder.start();
			Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
			return new JavaProcess(process, log.toPath());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** All that it has printed so far. */
	public String output() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Waits until it has printed the text. */
	public JavaProcess awaitOutput(String text, Duration limit) {
		Eventually.within(limit, () -> {
			if (output().contains(text)) {
				return true;
			}
			if (!this.process.isAlive()) {
				throw new IllegalStateException("ended with " + this.process.exitValue() + ":\n" + output());
			}
			return false;
		});
		return this;
	}

	public boolean isAlive() {
		return this.process.isAlive();
	}

	public long pid() {
		return this.process.pid();
	}

	/** {@code kill -9}. */
	public void kill() {
		this.process.destroyForcibly();
		awaitExit(Duration.ofSeconds(10));
	}

	/** SIGTERM. */
	public void terminate() {
		this.process.destroy();
	}

	/** SIGSTOP: it stays where it is, with its sockets open. */
	public void pause() {
		signal("STOP");
	}

	/** SIGCONT. */
	public void resume() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
			if (exit != 0) {
				throw new IllegalStateException("kill -" + name + " ended with " + exit);
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** Waits for its end and gives the exit status. */
	public int awaitExit(Duration limit) {
		try {
			if (!this.process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new IllegalStateException("still running after " + limit + ":\n" + output());
			}
			return this.process.exitValue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		if (this.process.isAlive()) {
			kill();
		}
	}

}
