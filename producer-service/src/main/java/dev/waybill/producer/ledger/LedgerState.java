package dev.waybill.producer.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What of a ledger is in its file: a record holds all that is not a source, and the
 * sources that have changed since the record before, or all.
 */
final class LedgerState {

	private static final int FORM = 1;

	/** Oldest first. */
	final Map<Long, SourceAccount> sources = new LinkedHashMap<>();

	final Senders senders;

	Tally tally = new Tally();

	/** A receipt gap has begun and is not over. */
	boolean inGap;

	/**
	 * Some time a file could not be written, and what was published then is not known.
	 */
	boolean tailUnknown;

	/** Whether the receipts queue has ever been declared. */
	boolean queueDeclared;

	/**
	 * Milliseconds since the epoch: since when something is pending; 0 where nothing is.
	 */
	long pendingSince;

	LedgerState(boolean fromTheFirst) {
		this.senders = new Senders(fromTheFirst);
	}

	byte[] record(Collection<SourceAccount> changed, Collection<Long> gone, boolean whole) {
		RecordWriter out = new RecordWriter();
		out.number(FORM);
		out.flag(whole);
		for (long count : this.tally.toArray()) {
			out.number(count);
		}
		out.flag(this.inGap);
		out.flag(this.tailUnknown);
		out.flag(this.queueDeclared);
		out.number(this.pendingSince);
		this.senders.write(out);
		out.number(gone.size());
		gone.forEach(out::fixed);
		out.number(changed.size());
		changed.forEach((source) -> write(source, out));
		return out.toByteArray();
	}

	private static void write(SourceAccount source, RecordWriter out) {
		out.fixed(source.id);
		out.flag(source.ended);
		out.flag(source.sealed);
		out.number(source.given);
		out.number(source.reserved);
		out.number(source.tailFrom);
		out.number(source.gappedUpTo);
		out.numbers(source.inFlight);
		out.numbers(source.rejected);
		out.numbers(source.unknown);
		out.numbers(source.pending);
		out.numbers(source.processed);
		out.numbers(source.deadLettered);
		out.numbers(source.lost);
		out.numbers(source.unaudited);
		out.numbers(source.quietTail);
	}

	/**
	 * Takes in the records of a file, in order.
	 * @param patience for the evidence of the sources, in nanoseconds
	 */
	void read(List<byte[]> records, long patience) {
		for (byte[] record : records) {
			RecordReader in = new RecordReader(record);
			if (in.number() != FORM) {
				throw new IllegalStateException("a record has a form that this version does not know");
			}
			if (in.flag()) {
				this.sources.clear();
			}
			long[] counts = new long[this.tally.toArray().length];
			for (int i = 0; i < counts.length; i++) {
				counts[i] = in.number();
			}
			this.tally = Tally.of(counts);
			this.inGap = in.flag();
			this.tailUnknown = in.flag();
			this.queueDeclared = in.flag();
			this.pendingSince = in.number();
			this.senders.read(in);
			for (long left = in.number(); left > 0; left--) {
				this.sources.remove(in.fixed());
			}
			for (long left = in.number(); left > 0; left--) {
				SourceAccount source = read(in, patience);
				this.sources.put(source.id, source);
			}
		}
	}

	private static SourceAccount read(RecordReader in, long patience) {
		SourceAccount source = new SourceAccount(in.fixed(), new Evidence(patience));
		source.ended = in.flag();
		source.sealed = in.flag();
		source.given = in.number();
		source.reserved = in.number();
		source.tailFrom = in.number();
		source.gappedUpTo = in.number();
		source.inFlight = in.numbers();
		source.rejected = in.numbers();
		source.unknown = in.numbers();
		source.pending = in.numbers();
		source.processed = in.numbers();
		source.deadLettered = in.numbers();
		source.lost = in.numbers();
		source.unaudited = in.numbers();
		source.quietTail = in.numbers();
		source.changed = false;
		return source;
	}

	/** The sources whose state is not in the file; from now on taken to be. */
	List<SourceAccount> takeChanged(boolean all) {
		List<SourceAccount> changed = new ArrayList<>();
		for (SourceAccount source : this.sources.values()) {
			if (all || source.changed) {
				changed.add(source);
				source.changed = false;
			}
		}
		return changed;
	}

}
