package dev.waybill.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;

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

	private final Bytes out = new Bytes(512);

	byte[] write(Receipt receipt) {
		this.out.fixed(MAGIC, Integer.BYTES);
		this.out.fixed(VERSION, 1);
		Bytes sender = new Bytes(20);
		sender.fixed(receipt.sender(), Long.BYTES);
		sender.varint(receipt.number());
		section(SENDER, sender);
		runs(receipt.runs());
		markers(receipt.markers());
		readings(receipt.readings());
		CRC32C crc = new CRC32C();
		crc.update(this.out.array, 0, this.out.length);
		this.out.fixed(crc.getValue(), Integer.BYTES);
		return Arrays.copyOf(this.out.array, this.out.length);
	}

	private void section(int tag, Bytes payload) {
		this.out.varint(tag);
		this.out.varint(payload.length);
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
		Bytes payload = new Bytes(16 + 4 * runs.size());
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
			Bytes payload = new Bytes(Long.BYTES * markers.size());
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
		Bytes payload = new Bytes(16 + 8 * readings.size());
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

	/** Bytes, as many as come. */
	private static final class Bytes {

		private byte[] array;

		private int length;

		Bytes(int capacity) {
			this.array = new byte[capacity];
		}

		/** The low bytes of a number, the highest first. */
		void fixed(long value, int size) {
			room(size);
			for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
				this.array[this.length++] = (byte) (value >>> shift);
			}
		}

		/** Seven bits a byte, the lowest first; the high bit says that more come. */
		void varint(long value) {
			room(10);
			long rest = value;
			while ((rest & ~0x7FL) != 0) {
				this.array[this.length++] = (byte) (rest | 0x80);
				rest >>>= 7;
			}
			this.array[this.length++] = (byte) rest;
		}

		/** 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 … */
		void signed(long value) {
			varint((value << 1) ^ (value >> 63));
		}

		void append(Bytes other) {
			room(other.length);
			System.arraycopy(other.array, 0, this.array, this.length, other.length);
			this.length += other.length;
		}

		private void room(int more) {
			if (this.length + more > this.array.length) {
				this.array = Arrays.copyOf(this.array, Math.max(2 * this.array.length, this.length + more));
			}
		}

	}

}
