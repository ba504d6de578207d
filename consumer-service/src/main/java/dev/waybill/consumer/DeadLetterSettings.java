package dev.waybill.consumer;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How dead letters are published.
 *
 * @param publishTimeout how long the broker may take to confirm a dead letter
 * @param retryInterval how long the reader waits before it tries again what it could not
 * publish
 */
@ConfigurationProperties("waybill.dead-letters")
record DeadLetterSettings(@DefaultValue("5s") Duration publishTimeout, @DefaultValue("5s") Duration retryInterval) {

	DeadLetterSettings {
		Allowed.between("waybill.dead-letters.publish-timeout", publishTimeout, Duration.ofMillis(100),
				Duration.ofMinutes(1));
		Allowed.between("waybill.dead-letters.retry-interval", retryInterval, Duration.ofMillis(100),
				Duration.ofMinutes(10));
	}

}
