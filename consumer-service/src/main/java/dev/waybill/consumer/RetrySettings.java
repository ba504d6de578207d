package dev.waybill.consumer;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The delays of the broker's delayed-retry policy, as the consumer is told them; where
 * the policy is missing, its own.
 *
 * @param shortestDelay the policy's {@code delayed-retry-min}
 * @param longestDelay the policy's {@code delayed-retry-max}
 */
@ConfigurationProperties("waybill.retry")
record RetrySettings(@DefaultValue("1s") Duration shortestDelay, @DefaultValue("30s") Duration longestDelay) {

	RetrySettings {
		Allowed.between("waybill.retry.shortest-delay", shortestDelay, Duration.ofMillis(50), Duration.ofHours(1));
		Allowed.between("waybill.retry.longest-delay", longestDelay, Duration.ofMillis(50), Duration.ofHours(1));
		if (shortestDelay.compareTo(longestDelay) > 0) {
			throw new InvalidConfigurationPropertyValueException("waybill.retry.longest-delay",
					DurationText.of(longestDelay), "Allowed is no less than waybill.retry.shortest-delay.");
		}
	}

	/** The delay after the n-th failed attempt. */
	Duration after(int attempt) {
		Duration delay = this.shortestDelay.multipliedBy(Math.max(1, attempt));
		return (delay.compareTo(this.longestDelay) < 0) ? delay : this.longestDelay;
	}

}
