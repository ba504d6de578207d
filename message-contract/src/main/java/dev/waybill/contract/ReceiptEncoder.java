package dev.waybill.contract;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;

import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;

/** Writes receipts. */
final class ReceiptEncoder {

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);

	private ReceiptEncoder() {
	}

	static byte[] encode(Receipt receipt) {
		ReceiptEncoder whole = new ReceiptEncoder();
		whole.bytes.writeBytes(ReceiptForm.MAGIC);
		whole.bytes.write(ReceiptForm.VERSION);
		ReceiptEncoder sender = new ReceiptEncoder();
		sender.fixed(receipt.sender());
		sender.number(receipt.number());
		whole.section(ReceiptForm.SENDER, sender);
		whole.runs(receipt.runs());
		whole.markers(receipt.markers());
		whole.readings(receipt.readings());
		byte[] body = whole.bytes.toByteArray();
		return ByteBuffer.allocate(body.length + ReceiptForm.CHECKSUM_BYTES)
			.put(body)
			.putInt(ReceiptForm.checksum(body, body.length))
			.array();
	}

	/** A section for each kind and source, its runs ascending and apart. */
	private void runs(List<Run> runs) {
		List<Run> sorted = runs.stream()
			.sorted(Comparator.comparing(Run::kind).thenComparing(Run::source).thenComparing(Run::first))
			.toList();
		int from = 0;
		while (from < sorted.size()) {
			Run first = sorted.get(from);
			SequenceRuns numbers = new SequenceRuns();
			int to = from;
			while (to < sorted.size() && sorted.get(to).kind() == first.kind()
					&& sorted.get(to).source() == first.source()) {
				numbers.add(sorted.get(to).first(), sorted.get(to).last());
				to++;
			}
			ReceiptEncoder section = new ReceiptEncoder();
			section.bytes.write(first.kind().ordinal() + 1);
			section.fixed(first.source());
			section.number(numbers.runs());
			long[] end = { 0 };
			numbers.forEachRun((runFirst, runLast) -> {
				section.number(runFirst - end[0] - 1);
				section.number(runLast - runFirst);
				end[0] = runLast;
				return true;
			});
			section(ReceiptForm.RUNS, section);
			from = to;
		}
	}

	private void markers(List<Long> markers) {
		if (!markers.isEmpty()) {
			ReceiptEncoder section = new ReceiptEncoder();
			markers.forEach(section::fixed);
			section(ReceiptForm.MARKERS, section);
		}
	}

	/** A section for each source, in the order in which they come. */
	private void readings(List<Reading> readings) {
		List<Long> sources = readings.stream().map(Reading::source).distinct().toList();
		for (long source : sources) {
			List<Reading> own = readings.stream().filter((reading) -> reading.source() == source).toList();
			ReceiptEncoder section = new ReceiptEncoder();
			section.fixed(source);
			section.number(own.size());
			long sequence = 0;
			long acceptedAt = 0;
			for (Reading reading : own) {
				section.difference(reading.sequence() - sequence);
				section.difference(reading.acceptedAt() - acceptedAt);
				section.difference(reading.receivedAt() - reading.acceptedAt());
				section.difference(reading.endedAt() - reading.receivedAt());
				sequence = reading.sequence();
				acceptedAt = reading.acceptedAt();
			}
			section(ReceiptForm.READINGS, section);
		}
	}

	private void section(int tag, ReceiptEncoder content) {
		number(tag);
		number(content.bytes.size());
		this.bytes.writeBytes(content.bytes.toByteArray());
	}

	private void fixed(long value) {
		this.bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
	}

	/** Seven bits a byte, the lowest first; the top bit says that more follow. */
	private void number(long value) {
		long rest = value;
		while ((rest & ~0x7fL) != 0) {
			this.bytes.write((int) (rest & 0x7f) | 0x80);
			rest >>>= 7;
		}
		this.bytes.write((int) rest);
	}

	/** Zigzag, so that small differences are short whatever their sign. */
	private void difference(long value) {
		number((value << 1) ^ (value >> 63));
	}

}
