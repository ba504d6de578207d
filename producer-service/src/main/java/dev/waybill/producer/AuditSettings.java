package dev.waybill.producer;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What consumers do, as far as the ledger's patience must cover it.
 *
 * @param heldInterval how often a consumer names what it has in hand, 100 ms to 1 h
 * @param retry how long the broker delays what comes back
 */
@ConfigurationProperties("waybill")
record AuditSettings(@DefaultValue("30s") Duration heldInterval, @DefaultValue Retry retry) {

	AuditSettings {
		if (heldInterval.toMillis() < 100 || heldInterval.compareTo(Duration.ofHours(1)) > 0) {
			throw new IllegalArgumentException("waybill.held-interval is " + heldInterval + "; allowed is 100ms to 1h");
		}
	}

	/**
	 * How long the broker delays what comes back.
	 *
	 * @param longestDelay the policy's {@code delayed-retry-max}, 0 s to 24 h
	 */
	record Retry(@DefaultValue("30s") Duration longestDelay) {

		Retry {
			if (longestDelay.isNegative() || longestDelay.compareTo(Duration.ofHours(24)) > 0) {
				throw new IllegalArgumentException(
						"waybill.retry.longest-delay is " + longestDelay + "; allowed is 0s to 24h");
			}
		}

	}

}
