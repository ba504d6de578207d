package dev.waybill.contract;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/** Which blocks are there whole, as runs of blocks that do not touch each other. */
final class BlockRuns implements Iterable<Map.Entry<Long, Long>> {

	/** The first block of each run, and its last. */
	private final NavigableMap<Long, Long> runs;

	BlockRuns() {
		this.runs = new TreeMap<>();
	}

	private BlockRuns(NavigableMap<Long, Long> runs) {
		this.runs = new TreeMap<>(runs);
	}

	boolean contains(long block) {
		Map.Entry<Long, Long> run = this.runs.floorEntry(block);
		return run != null && run.getValue() >= block;
	}

	void add(long from, long to) {
		long first = from;
		long last = to;
		Map.Entry<Long, Long> run = this.runs.floorEntry(to + 1);
		while (run != null && run.getValue() >= from - 1) {
			first = Math.min(first, run.getKey());
			last = Math.max(last, run.getValue());
			this.runs.remove(run.getKey());
			run = this.runs.lowerEntry(run.getKey());
		}
		this.runs.put(first, last);
	}

	void remove(long from, long to) {
		Map.Entry<Long, Long> run = this.runs.floorEntry(to);
		while (run != null && run.getValue() >= from) {
			this.runs.remove(run.getKey());
			if (run.getValue() > to) {
				this.runs.put(to + 1, run.getValue());
			}
			if (run.getKey() < from) {
				this.runs.put(run.getKey(), from - 1);
			}
			run = this.runs.lowerEntry(run.getKey());
		}
	}

	/** How many blocks of from to to are there. */
	long count(long from, long to) {
		long count = 0;
		for (Map.Entry<Long, Long> run : touching(from, to)) {
			count += Math.max(0, Math.min(to, run.getValue()) - Math.max(from, run.getKey()) + 1);
		}
		return count;
	}

	/** What is in both. */
	BlockRuns intersection(BlockRuns other) {
		BlockRuns both = new BlockRuns();
		for (Map.Entry<Long, Long> run : this) {
			for (Map.Entry<Long, Long> that : other.touching(run.getKey(), run.getValue())) {
				long from = Math.max(run.getKey(), that.getKey());
				long to = Math.min(run.getValue(), that.getValue());
				if (from <= to) {
					both.runs.put(from, to);
				}
			}
		}
		return both;
	}

	boolean isEmpty() {
		return this.runs.isEmpty();
	}

	int size() {
		return this.runs.size();
	}

	Map.@Nullable Entry<Long, Long> first() {
		return this.runs.firstEntry();
	}

	Map.@Nullable Entry<Long, Long> last() {
		return this.runs.lastEntry();
	}

	BlockRuns copy() {
		return new BlockRuns(this.runs);
	}

	@Override
	public Iterator<Map.Entry<Long, Long>> iterator() {
		return this.runs.entrySet().iterator();
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof BlockRuns that && this.runs.equals(that.runs);
	}

	@Override
	public int hashCode() {
		return this.runs.hashCode();
	}

	/** All runs with a block of these, and perhaps one that ends before them. */
	private Iterable<Map.Entry<Long, Long>> touching(long from, long to) {
		Long before = this.runs.floorKey(from);
		return this.runs.subMap((before != null) ? before : from, true, to, true).entrySet();
	}

}
