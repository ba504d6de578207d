package dev.waybill.contract;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;

/** How a receipt is written, byte by byte. */
final class ReceiptWriter {

	static final int MAGIC = 0x57425243;

	static final int VERSION = 1;

	static final int SENDER = 1;

	static final int RUNS = 2;

	static final int MARKERS = 3;

	static final int READINGS = 4;

	private static final Comparator<Run> RUN_ORDER = Comparator.comparing(Run::kind)
		.thenComparingLong(Run::source)
		.thenComparingLong(Run::first)
		.thenComparingLong(Run::last);

	/** Stable, so that two readings of one number keep their order. */
	private static final Comparator<Reading> READING_ORDER = Comparator.comparingLong(Reading::source)
		.thenComparingLong(Reading::sequence);

	private final ByteWriter out = new ByteWriter(512);

	byte[] write(Receipt receipt) {
		this.out.fixed(MAGIC, Integer.BYTES);
		this.out.fixed(VERSION, 1);
		ByteWriter sender = new ByteWriter(20);
		sender.fixed(receipt.sender(), Long.BYTES);
		sender.varint(receipt.number());
		section(SENDER, sender);
		runs(receipt.runs());
		markers(receipt.markers());
		readings(receipt.readings());
		this.out.fixed(this.out.crc(), Integer.BYTES);
		return this.out.toByteArray();
	}

	private void section(int tag, ByteWriter payload) {
		this.out.varint(tag);
		this.out.varint(payload.length());
		this.out.append(payload);
	}

	/**
	 * A section holds no number twice; what overlaps goes into a further section, since
	 * two deliveries of one number are two things to tell.
	 */
	private void runs(List<Run> unsorted) {
		List<Run> rest = new ArrayList<>(unsorted);
		rest.sort(RUN_ORDER);
		while (!rest.isEmpty()) {
			List<Run> overlapping = new ArrayList<>();
			List<Run> section = new ArrayList<>();
			for (Run run : rest) {
				Run before = section.isEmpty() ? run : section.get(section.size() - 1);
				if (section.isEmpty()) {
					section.add(run);
				}
				else if (run.kind() != before.kind() || run.source() != before.source()) {
					runsSection(section);
					section.clear();
					section.add(run);
				}
				else if (run.first() <= before.last()) {
					overlapping.add(run);
				}
				else if (run.first() == before.last() + 1) {
					section.set(section.size() - 1, new Run(run.kind(), run.source(), before.first(), run.last()));
				}
				else {
					section.add(run);
				}
			}
			runsSection(section);
			rest = overlapping;
		}
	}

	private void runsSection(List<Run> runs) {
		ByteWriter payload = new ByteWriter(16 + 4 * runs.size());
		payload.fixed(runs.get(0).kind().code(), 1);
		payload.fixed(runs.get(0).source(), Long.BYTES);
		payload.varint(runs.size());
		long before = 0;
		for (Run run : runs) {
			payload.varint(run.first() - before - 1);
			payload.varint(run.last() - run.first());
			before = run.last();
		}
		section(RUNS, payload);
	}

	private void markers(List<Long> markers) {
		if (!markers.isEmpty()) {
			ByteWriter payload = new ByteWriter(Long.BYTES * markers.size());
			markers.forEach((marker) -> payload.fixed(marker, Long.BYTES));
			section(MARKERS, payload);
		}
	}

	private void readings(List<Reading> unsorted) {
		List<Reading> readings = new ArrayList<>(unsorted);
		readings.sort(READING_ORDER);
		int from = 0;
		for (int to = 1; to <= readings.size(); to++) {
			if (to == readings.size() || readings.get(to).source() != readings.get(from).source()) {
				readingsSection(readings.subList(from, to));
				from = to;
			}
		}
	}

	private void readingsSection(List<Reading> readings) {
		ByteWriter payload = new ByteWriter(16 + 8 * readings.size());
		payload.fixed(readings.get(0).source(), Long.BYTES);
		payload.varint(readings.size());
		long sequence = 0;
		long acceptedAt = 0;
		for (Reading reading : readings) {
			payload.varint(reading.sequence() - sequence);
			payload.signed(reading.acceptedAt() - acceptedAt);
			payload.signed(reading.receivedAt() - reading.acceptedAt());
			payload.signed(reading.endedAt() - reading.receivedAt());
			sequence = reading.sequence();
			acceptedAt = reading.acceptedAt();
		}
		section(READINGS, payload);
	}

}
