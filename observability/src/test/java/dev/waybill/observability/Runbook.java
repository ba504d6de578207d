package dev.waybill.observability;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The entries of {@code docs/runbook.md}. */
final class Runbook {

	private static final Pattern ENTRY = Pattern.compile("^### (\\S+)\\n(.*?)(?=^##|\\z)",
			Pattern.MULTILINE | Pattern.DOTALL);

	private Runbook() {
	}

	/** What is written under each heading. */
	static Map<String, String> entries() {
		Map<String, String> entries = new LinkedHashMap<>();
		Matcher matcher = ENTRY.matcher(YamlFiles.text(Path.of("..", "docs", "runbook.md")));
		while (matcher.find()) {
			entries.put(matcher.group(1), matcher.group(2));
		}
		return entries;
	}

}
