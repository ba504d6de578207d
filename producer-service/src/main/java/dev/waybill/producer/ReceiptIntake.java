package dev.waybill.producer;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

import dev.waybill.contract.About;
import dev.waybill.contract.FailureLog;
import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.contract.UnreadableReceiptException;
import dev.waybill.contract.Waybill;
import dev.waybill.producer.LedgerMetrics.Fate;
import dev.waybill.producer.ledger.Checkpoints;
import dev.waybill.producer.ledger.DeliveryLedger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Takes a receipt into the ledger, or decides what else becomes of it. */
final class ReceiptIntake {

	private static final Logger logger = LoggerFactory.getLogger(ReceiptIntake.class);

	private final DeliveryLedger ledger;

	private final Checkpoints checkpoints;

	private final RecentMessages recent;

	private final KeyRegistry keys;

	private final LedgerMetrics metrics;

	private final FailureLog failures;

	private volatile long lastNanos = System.nanoTime();

	ReceiptIntake(DeliveryLedger ledger, Checkpoints checkpoints, RecentMessages recent, KeyRegistry keys,
			LedgerMetrics metrics, FailureLog failures) {
		this.ledger = ledger;
		this.checkpoints = checkpoints;
		this.recent = recent;
		this.keys = keys;
		this.metrics = metrics;
		this.failures = failures;
	}

	/**
	 * Takes a receipt in.
	 * @return whether it may be acked when the ledger is on disk; else it waits for a
	 * producer that can read it, and so does all behind it
	 */
	boolean take(byte[] body) {
		this.lastNanos = System.nanoTime();
		Receipt receipt = null;
		try {
			receipt = Receipt.decode(body);
			merge(receipt);
		}
		catch (UnreadableReceiptException ex) {
			if (ex.isNewerVersion()) {
				this.metrics.received(Fate.NEWER_VERSION);
				logger.error("A receipt is of a newer version, so no more are read: upgrade this producer; "
						+ "nothing is lost meanwhile, and nothing is accounted for ({})", ex.getMessage());
				return false;
			}
			drop(String.valueOf(ex.getMessage()));
		}
		catch (RuntimeException ex) { // a defect must not end the reading
			told(ex, receipt);
			drop("a defect");
		}
		return true;
	}

	/** Runs it when all that was taken in is on disk. */
	void whenOnDisk(Runnable then) {
		this.checkpoints.whenOnDisk(then);
	}

	/** When the last receipt came, by {@link System#nanoTime()}; else the start. */
	long lastNanos() {
		return this.lastNanos;
	}

	private void merge(Receipt receipt) {
		DeliveryLedger.Merged merged = this.ledger.merge(receipt);
		this.metrics.received(merged.fresh() ? Fate.MERGED : Fate.REPEATED);
		if (!merged.accounted().isEmpty()) {
			long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
			for (Reading reading : merged.accounted()) {
				this.metrics.accounted(reading.acceptedAt(), now);
				String unconfirmed = this.recent.accounted(reading, now);
				if (unconfirmed != null) {
					this.keys.reported(unconfirmed);
				}
			}
		}
	}

	private void told(RuntimeException defect, @Nullable Receipt receipt) {
		String which = (receipt != null)
				? ": number " + receipt.number() + " of the sender " + Waybill.sourceText(receipt.sender()) : "";
		this.failures.tell(logger, Level.ERROR, "defect: " + defect.getClass().getName(), about(receipt),
				() -> "A receipt could not be taken in" + which, defect);
	}

	/** The first of its numbers. */
	private static About about(@Nullable Receipt receipt) {
		if (receipt == null || receipt.runs().isEmpty()) {
			return About.NOTHING;
		}
		Run first = receipt.runs().get(0);
		return new About(null, first.source(), first.first(), null);
	}

	private void drop(String why) {
		this.metrics.received(Fate.UNDECODABLE);
		this.ledger.gap();
		this.failures.tell(logger, Level.WARN, "receipt gap", About.NOTHING,
				() -> "A receipt gap: a receipt that cannot be read was dropped: " + why
						+ "; what is published and not reported may end as unaudited instead of lost");
	}

}
