package dev.waybill.consumer;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How far back duplicates are recognised.
 *
 * @param maxAge how long a processed message is remembered
 * @param maxCount how many processed messages are remembered
 */
@ConfigurationProperties("waybill.dedup")
record DuplicateSettings(@DefaultValue("10m") Duration maxAge, @DefaultValue("100000") int maxCount) {

	DuplicateSettings {
		Allowed.between("waybill.dedup.max-age", maxAge, Duration.ofSeconds(1), Duration.ofDays(7));
		Allowed.between("waybill.dedup.max-count", maxCount, 1, 10_000_000);
	}

}
