package dev.waybill.producer.ledger;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * Why a ledger file is not used, and what to do, in one sentence; the file is as it was.
 */
public final class LedgerFileException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	LedgerFileException(Path file, String why, @Nullable Throwable cause) {
		super("The ledger file " + file + " (waybill.ledger.file) " + why + ".", cause);
	}

}
