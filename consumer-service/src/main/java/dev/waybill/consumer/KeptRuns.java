package dev.waybill.consumer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.contract.SequenceRuns;
import org.jspecify.annotations.Nullable;

/**
 * What is to be told once an alarm is over, within a bound; for each number and kind
 * once. Used by one thread.
 */
final class KeptRuns {

	static final long MAX_BYTES = 16L << 20;

	/** For the keys and the maps, rather more than less. */
	private static final int ENTRY_BYTES = 300;

	private final Map<Key, SequenceRuns> runs = new HashMap<>();

	private long bytes;

	boolean isEmpty() {
		return this.runs.isEmpty();
	}

	boolean isFull() {
		return this.bytes >= MAX_BYTES;
	}

	void add(String owner, Kind kind, long source, long sequence) {
		SequenceRuns of = this.runs.computeIfAbsent(new Key(owner, kind, source), (key) -> {
			SequenceRuns fresh = new SequenceRuns();
			this.bytes += ENTRY_BYTES + fresh.bytes();
			return fresh;
		});
		long before = of.bytes();
		of.add(sequence);
		this.bytes += of.bytes() - before;
	}

	/**
	 * Takes out some of what one producer is to be told.
	 * @return its instance and runs, or null where nothing is kept
	 */
	@Nullable Part take(int maxRuns) {
		Iterator<Map.Entry<Key, SequenceRuns>> all = this.runs.entrySet().iterator();
		if (!all.hasNext()) {
			return null;
		}
		Map.Entry<Key, SequenceRuns> entry = all.next();
		Key key = entry.getKey();
		SequenceRuns kept = entry.getValue();
		long before = kept.bytes();
		List<Run> taken = new ArrayList<>();
		kept.forEachRun((first, last) -> {
			taken.add(new Run(key.kind(), key.source(), first, last));
			return taken.size() < maxRuns;
		});
		taken.forEach((run) -> kept.remove(run.first(), run.last()));
		if (kept.isEmpty()) {
			all.remove();
			this.bytes -= ENTRY_BYTES + before;
		}
		else {
			this.bytes += kept.bytes() - before;
		}
		return new Part(key.owner(), taken);
	}

	/** Some of what one producer is to be told. */
	record Part(String owner, List<Run> runs) {
	}

	private record Key(String owner, Kind kind, long source) {
	}

}
