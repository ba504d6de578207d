package dev.waybill.load;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** Decides how the command line is read, and words what is wrong with a value. */
final class CommandLine {

	private static final Set<String> MANY = Set.of("url", "journal");

	private static final Set<String> SINGLE = Set.of("rate", "closed", "duration", "connections", "batch", "size",
			"knee-p99", "timeout", "settle", "output");

	private static final Set<String> FLAGS = Set.of("find-knee");

	private final Map<String, List<String>> given = new LinkedHashMap<>();

	private CommandLine() {
	}

	static CommandLine parse(String... arguments) {
		CommandLine line = new CommandLine();
		for (int i = 0; i < arguments.length; i++) {
			String[] parts = arguments[i].split("=", 2);
			String name = parts[0].startsWith("--") ? parts[0].substring(2) : "";
			if (FLAGS.contains(name)) {
				if (parts.length > 1) {
					throw NotPossibleException.badOption("--" + name + " takes no value");
				}
				line.add(name, "");
				continue;
			}
			if (!MANY.contains(name) && !SINGLE.contains(name)) {
				throw NotPossibleException.badOption("There is no option '" + parts[0] + "'\n\n" + LoadOptions.USAGE);
			}
			String value = (parts.length > 1) ? parts[1] : (i + 1 < arguments.length) ? arguments[++i] : "";
			if (value.isEmpty() || value.startsWith("--")) {
				throw NotPossibleException.badOption("--" + name + " needs a value: --" + name + "=...");
			}
			line.add(name, value);
		}
		return line;
	}

	private void add(String name, String value) {
		List<String> values = this.given.computeIfAbsent(name, (key) -> new ArrayList<>());
		if (values.contains(value) || !(MANY.contains(name) || values.isEmpty())) {
			throw NotPossibleException.badOption("--" + name + " is given twice");
		}
		values.add(value);
	}

	boolean has(String name) {
		return this.given.containsKey(name);
	}

	private List<String> values(String name) {
		return this.given.getOrDefault(name, List.of());
	}

	int number(String name, int otherwise, int least, int most) {
		for (String text : values(name)) {
			int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
			if (number < least || number > most) {
				throw notAllowed(name, text, "numbers from " + least + " to " + most);
			}
			return number;
		}
		return otherwise;
	}

	Duration duration(String name, Duration otherwise, Duration least, Duration most) {
		for (String text : values(name)) {
			String allowed = "times from %s to %s, such as 500ms, 60s, 2m, 1h".formatted(Durations.text(least),
					Durations.text(most));
			Duration duration;
			try {
				duration = Durations.parse(text);
			}
			catch (IllegalArgumentException ex) {
				throw notAllowed(name, text, allowed);
			}
			if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
				throw notAllowed(name, text, allowed);
			}
			return duration;
		}
		return otherwise;
	}

	List<URI> urls(String name, URI otherwise) {
		List<URI> urls = values(name).stream().map((text) -> url(name, text)).toList();
		return urls.isEmpty() ? List.of(otherwise) : urls;
	}

	private static URI url(String name, String text) {
		String trimmed = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
		try {
			URI url = URI.create(trimmed);
			if ("http".equals(url.getScheme()) && url.getHost() != null && url.getRawPath().isEmpty()
					&& url.getRawQuery() == null && url.getRawFragment() == null && url.getRawUserInfo() == null) {
				return url;
			}
		}
		catch (IllegalArgumentException ex) {
			// Said below.
		}
		throw notAllowed(name, text, "base addresses such as http://127.0.0.1:8080");
	}

	List<Path> readableFiles(String name) {
		List<Path> files = new ArrayList<>();
		for (String text : values(name)) {
			Path file = path(name, text);
			if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
				throw notAllowed(name, text, "files that are there and can be read");
			}
			files.add(file);
		}
		return files;
	}

	@Nullable Path directory(String name) {
		for (String text : values(name)) {
			try {
				Path directory = Files.createDirectories(path(name, text));
				if (Files.isWritable(directory)) {
					return directory;
				}
			}
			catch (IOException ex) {
				// Said below.
			}
			throw notAllowed(name, text, "folders that can be written");
		}
		return null;
	}

	private static Path path(String name, String text) {
		try {
			return Path.of(text);
		}
		catch (IllegalArgumentException ex) {
			throw notAllowed(name, text, "paths of this machine");
		}
	}

	private static NotPossibleException notAllowed(String name, String text, String allowed) {
		return NotPossibleException.badOption("--" + name + " is '" + text + "'; allowed are " + allowed);
	}

}
