package dev.waybill.producer;

import java.nio.file.Path;
import java.time.Instant;

import dev.waybill.producer.ledger.Checkpoints;
import dev.waybill.producer.ledger.DeliveryLedger;
import dev.waybill.producer.ledger.LedgerFile;
import dev.waybill.producer.ledger.LedgerFileException;
import org.jspecify.annotations.Nullable;

/**
 * The ledger, and whose it is; it goes on from its file, if it has one.
 *
 * @param ledger the ledger
 * @param checkpoints keep it in the file
 * @param instance the producer: the one that is set, else the file's, else the host's
 * name
 * @param since when it began
 */
record OpenLedger(DeliveryLedger ledger, Checkpoints checkpoints, String instance, Instant since) {

	/**
	 * Opens it.
	 * @throws LedgerFileException where the file cannot be used
	 */
	static OpenLedger open(@Nullable Path file, ProducerInstance.Settings instance, DeliveryLedger.Builder builder) {
		if (file == null) {
			DeliveryLedger ledger = builder.inMemory();
			return new OpenLedger(ledger, Checkpoints.start(ledger, null), instance.orHostName(), Instant.now());
		}
		LedgerFile kept = LedgerFile.open(file, instance.instance(), instance::orHostName, Instant.now());
		DeliveryLedger ledger = kept.ledger(builder);
		return new OpenLedger(ledger, Checkpoints.start(ledger, kept), kept.instance(), kept.since());
	}

}
