package dev.waybill.observability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.Option;
import org.yaml.snakeyaml.Yaml;

/**
 * Reads YAML so that it can be asked by path; what is not there is null, or no element.
 */
final class YamlFiles {

	private static final Configuration LENIENT = Configuration.defaultConfiguration()
		.addOptions(Option.SUPPRESS_EXCEPTIONS);

	private YamlFiles() {
	}

	/** The files of a folder, by name. */
	static List<Path> of(String folder) {
		try (Stream<Path> files = Files.list(Path.of(folder))) {
			return files.filter((file) -> file.toString().endsWith(".yml")).sorted().toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static DocumentContext read(Path file) {
		return document(new Yaml().load(text(file)));
	}

	/** The elements of a list in a document, each as a document. */
	static Stream<DocumentContext> each(DocumentContext document, String path) {
		List<Object> elements = document.read(path);
		return (elements != null) ? elements.stream().map(YamlFiles::document) : Stream.empty();
	}

	static String text(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static DocumentContext document(Object content) {
		return JsonPath.using(LENIENT).parse(content);
	}

}
