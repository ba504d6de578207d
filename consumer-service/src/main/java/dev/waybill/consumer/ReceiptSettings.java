package dev.waybill.consumer;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How often a producer hears of what takes long.
 *
 * @param heldInterval how long a message may be in hand before its producer is told so,
 * and then again; the producer's {@code waybill.ledger.patience} must be twice as long
 */
@ConfigurationProperties("waybill")
record ReceiptSettings(@DefaultValue("30s") Duration heldInterval) {

	ReceiptSettings {
		Allowed.between("waybill.held-interval", heldInterval, Duration.ofMillis(100), Duration.ofHours(1));
	}

}
