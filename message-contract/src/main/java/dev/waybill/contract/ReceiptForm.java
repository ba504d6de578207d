package dev.waybill.contract;

import java.util.zip.CRC32C;

/** The numbers that encoder and decoder of receipts share. */
final class ReceiptForm {

	static final byte[] MAGIC = { 'W', 'B', 'R', 'C' };

	static final int VERSION = 1;

	/** Sender, 8 bytes, and number. */
	static final int SENDER = 1;

	/** Kind, source, and runs as gaps and lengths. */
	static final int RUNS = 2;

	/** Markers, 8 bytes each. */
	static final int MARKERS = 3;

	/** Source, and readings as differences. */
	static final int READINGS = 4;

	/** The last bytes, whatever the version: CRC-32C of all before. */
	static final int CHECKSUM_BYTES = 4;

	private ReceiptForm() {
	}

	static int checksum(byte[] bytes, int length) {
		CRC32C crc = new CRC32C();
		crc.update(bytes, 0, length);
		return (int) crc.getValue();
	}

}
