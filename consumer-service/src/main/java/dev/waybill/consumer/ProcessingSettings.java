package dev.waybill.consumer;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How messages are processed.
 *
 * @param concurrency how many messages are processed at the same time
 * @param maxAttempts failed attempts after which a message becomes a dead letter
 * @param processTimeout how long an attempt may take before it is interrupted
 * @param interruptGrace how long after its interrupt a processor may still run before the
 * service gives up
 * @param drainTimeout how long a stop waits for attempts that have begun before it
 * interrupts them
 * @param exitWhenStuck whether the program ends, with exit status 70, when a processor
 * does not come back; otherwise only its liveness does
 */
@ConfigurationProperties("waybill")
record ProcessingSettings(@DefaultValue("1") int concurrency, @DefaultValue("5") int maxAttempts,
		@DefaultValue("60s") Duration processTimeout, @DefaultValue("10s") Duration interruptGrace,
		@DefaultValue("10s") Duration drainTimeout, @DefaultValue("true") boolean exitWhenStuck) {

	ProcessingSettings {
		Allowed.between("waybill.concurrency", concurrency, 1, 1000);
		Allowed.between("waybill.max-attempts", maxAttempts, 1, 20);
		Allowed.between("waybill.process-timeout", processTimeout, Duration.ofMillis(100), Duration.ofHours(1));
		Allowed.between("waybill.interrupt-grace", interruptGrace, Duration.ofMillis(100), Duration.ofMinutes(10));
		Allowed.between("waybill.drain-timeout", drainTimeout, Duration.ZERO, Duration.ofMinutes(10));
	}

}
