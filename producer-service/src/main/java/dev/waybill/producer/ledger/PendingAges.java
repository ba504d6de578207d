package dev.waybill.producer.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Knows about when each pending number was published, from samples of the highest. */
final class PendingAges {

	private static final int MOST_SAMPLES = 4096;

	private final Map<SourceAccount, List<long[]>> samples = new HashMap<>();

	/** Notes the highest number of each source. */
	void sample(Collection<SourceAccount> sources, long now) {
		for (SourceAccount source : sources) {
			if (!source.sealed && !source.ended) {
				sample(source, now);
			}
		}
		this.samples.forEach(PendingAges::thin);
	}

	/** Notes the highest number of one source, which is its last where it ends. */
	void sample(SourceAccount source, long now) {
		List<long[]> own = this.samples.computeIfAbsent(source, (key) -> new ArrayList<>());
		if (own.isEmpty() || own.get(own.size() - 1)[0] < source.given) {
			own.add(new long[] { source.given, now });
		}
	}

	/** How long the oldest pending number of all is out, in nanoseconds; 0 for none. */
	long oldest(Collection<SourceAccount> sources, long now) {
		long oldest = 0;
		for (SourceAccount source : sources) {
			if (!source.pending.isEmpty()) {
				oldest = Math.max(oldest, now - publishedAt(source, now));
			}
		}
		return oldest;
	}

	/** What was pending when a life ended has been so for this long. */
	void resume(Collection<SourceAccount> sources, long nanos) {
		for (SourceAccount source : sources) {
			if (!source.sealed) {
				List<long[]> own = new ArrayList<>();
				own.add(new long[] { Long.MAX_VALUE, -nanos });
				this.samples.put(source, own);
			}
		}
	}

	void forget(SourceAccount source) {
		this.samples.remove(source);
	}

	private long publishedAt(SourceAccount source, long now) {
		long first = source.pending.first();
		for (long[] sample : this.samples.getOrDefault(source, List.of())) {
			if (sample[0] >= first) {
				return sample[1];
			}
		}
		return now;
	}

	private static void thin(SourceAccount source, List<long[]> own) {
		long first = source.pending.isEmpty() ? source.given : source.pending.first();
		own.removeIf((sample) -> sample[0] < first && sample != own.get(own.size() - 1));
		if (own.size() > MOST_SAMPLES) {
			List<long[]> half = new ArrayList<>();
			for (int i = 1; i < own.size(); i += 2) {
				half.add(own.get(i));
			}
			own.clear();
			own.addAll(half);
		}
	}

}
