package dev.waybill.producer.ledger;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides from the numbers of receipts which are new and whether one is missing (rule 5
 * of the contract).
 */
final class Senders {

	private static final int MOST = 10_000;

	/** Of one sender; a gap is declared long before there are so many. */
	private static final int MOST_HOLES = 100_000;

	/** The longest idle first. */
	private final Map<Long, Sender> senders = new LinkedHashMap<>(16, 0.75f, true);

	private final boolean fromTheFirst;

	/**
	 * Makes one without senders.
	 * @param fromTheFirst whether each sender must begin with 1, since all that came
	 * before is known; else the first one seen sets the base
	 */
	Senders(boolean fromTheFirst) {
		this.fromTheFirst = fromTheFirst;
	}

	/** Whether a receipt is new; one that was seen before is ignored whole. */
	boolean isNew(long id, long number, long now) {
		Sender sender = this.senders.computeIfAbsent(id, (key) -> new Sender(this.fromTheFirst ? 1 : number));
		sender.heardAt = now;
		boolean fresh = sender.isNew(number, now);
		Iterator<Sender> idle = this.senders.values().iterator();
		while (this.senders.size() > MOST && idle.hasNext()) {
			idle.next();
			idle.remove();
		}
		return fresh;
	}

	boolean hasHoles() {
		return this.senders.values().stream().anyMatch((sender) -> !sender.holes.isEmpty());
	}

	/** Gives up on receipts that have been missing for so long; how many those are. */
	long writeOff(long now, long patience) {
		long missing = 0;
		for (Sender sender : this.senders.values()) {
			while (!sender.holes.isEmpty() && (now - sender.oldestHole() >= patience || sender.tooMany)) {
				missing += sender.writeOff(now, patience);
			}
		}
		return missing;
	}

	/** How many have been heard of since then. */
	int heardSince(long time) {
		return (int) this.senders.values().stream().filter((sender) -> sender.heardAt >= time).count();
	}

	void write(RecordWriter out) {
		out.number(this.senders.size());
		this.senders.forEach((id, sender) -> {
			out.fixed(id);
			out.number(sender.next);
			out.number(sender.base);
			out.number(sender.holes.size());
			sender.holes.forEach((first, hole) -> {
				out.number(first);
				out.number(hole.last);
			});
		});
	}

	void read(RecordReader in) {
		this.senders.clear();
		long count = in.number();
		for (long i = 0; i < count; i++) {
			Sender sender = new Sender(1);
			this.senders.put(in.fixed(), sender);
			sender.next = in.number();
			sender.base = in.number();
			long holes = in.number();
			for (long j = 0; j < holes; j++) {
				long first = in.number();
				sender.holes.put(first, new Hole(in.number(), 0));
			}
			sender.heardAt = Long.MIN_VALUE;
		}
	}

	/** Receipts missing up to this number, since then. */
	private record Hole(long last, long since) {
	}

	private static final class Sender {

		private long next;

		private long base;

		private long heardAt;

		private boolean tooMany;

		/** By the first number missing. */
		private final TreeMap<Long, Hole> holes = new TreeMap<>();

		Sender(long base) {
			this.next = base;
			this.base = base;
		}

		boolean isNew(long number, long now) {
			if (number < this.base) { // late, from a reading of before
				if (number + 1 < this.base) {
					this.holes.put(number + 1, new Hole(this.base - 1, now));
				}
				this.base = number;
				return true;
			}
			if (number < this.next) {
				return fill(number);
			}
			if (number > this.next) {
				this.holes.put(this.next, new Hole(number - 1, now));
				this.tooMany |= this.holes.size() > MOST_HOLES;
			}
			this.next = number + 1;
			return true;
		}

		private boolean fill(long number) {
			Map.Entry<Long, Hole> hole = this.holes.floorEntry(number);
			if (hole == null || hole.getValue().last < number) {
				return false;
			}
			this.holes.remove(hole.getKey());
			if (hole.getKey() < number) {
				this.holes.put(hole.getKey(), new Hole(number - 1, hole.getValue().since));
			}
			if (number < hole.getValue().last) {
				this.holes.put(number + 1, hole.getValue());
			}
			return true;
		}

		long oldestHole() {
			return this.holes.values().stream().mapToLong(Hole::since).min().orElse(Long.MAX_VALUE);
		}

		long writeOff(long now, long patience) {
			long missing = 0;
			Iterator<Map.Entry<Long, Hole>> all = this.holes.entrySet().iterator();
			while (all.hasNext()) {
				Map.Entry<Long, Hole> hole = all.next();
				if (this.tooMany || now - hole.getValue().since >= patience) {
					missing += hole.getValue().last - hole.getKey() + 1;
					all.remove();
				}
			}
			this.tooMany = false;
			return missing;
		}

	}

}
