package dev.waybill.pair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The YAML files of the repository, as trees. */
final class YamlFile {

	private static final Path ROOT = Path.of("..");

	private YamlFile() {
	}

	/** By its path in the repository. */
	static JsonNode read(String path) {
		try {
			Object content = new Yaml().load(Files.readString(ROOT.resolve(path)));
			return new JsonMapper().valueToTree(content);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
