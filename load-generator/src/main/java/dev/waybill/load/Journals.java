package dev.waybill.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the consumers' journals say of one run.
 *
 * @param processed messages that are in a journal
 * @param duplicated lines beyond the first of a message
 * @param missing accepted messages that are in no journal
 * @param firstMissing the ids of the first of them
 * @param againstTheWord messages that are in a journal although they were rejected, or
 * never sent
 * @param firstAgainstTheWord the ids of the first of them
 */
record Journals(long processed, long duplicated, long missing, List<String> firstMissing, long againstTheWord,
		List<String> firstAgainstTheWord) {

	/** Who needs more has the journals. */
	private static final int MOST_NAMED = 10;

	/** Reads them, and notes in the list which messages they have. */
	static Journals read(List<Path> files, Keys keys, OutcomeList outcomes) throws IOException {
		long processed = 0;
		long duplicated = 0;
		long against = 0;
		List<String> firstAgainst = new ArrayList<>();
		for (Path file : files) {
			// Ids of a run are ASCII; others may be anything.
			try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
				for (String id = reader.readLine(); id != null; id = reader.readLine()) {
					if (!keys.isOurs(id)) {
						continue;
					}
					long number = keys.numberOf(id);
					Outcome outcome = (number >= 0) ? outcomes.of(number) : null;
					if (outcome == null || outcome == Outcome.REJECTED) {
						against++;
						name(firstAgainst, id);
					}
					else if (outcomes.see(number)) {
						processed++;
					}
					else {
						duplicated++;
					}
				}
			}
		}
		long missing = 0;
		List<String> firstMissing = new ArrayList<>();
		for (long number = 0; number < outcomes.end(); number++) {
			if (outcomes.of(number) == Outcome.ACCEPTED && !outcomes.isSeen(number)) {
				missing++;
				name(firstMissing, keys.ofMessage(number));
			}
		}
		return new Journals(processed, duplicated, missing, firstMissing, against, firstAgainst);
	}

	private static void name(List<String> names, String id) {
		if (names.size() < MOST_NAMED) {
			names.add(id);
		}
	}

}
