package dev.waybill.producer.ledger;

import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the ledger is kept and how patient it is.
 *
 * @param file the ledger's file, in a directory that exists; in memory only if not set
 * @param patience how long a number may go unmentioned before it is asked after, 1 s to 1
 * d
 */
@ConfigurationProperties("waybill.ledger")
public record LedgerSettings(@Nullable Path file, @DefaultValue("90s") Duration patience) {

	public LedgerSettings {
		if (file != null && file.toString().isEmpty()) {
			file = null;
		}
		if (file != null && file.getFileName() == null) {
			throw new IllegalArgumentException(
					"waybill.ledger.file is " + file + "; allowed is a file in a directory that exists");
		}
		if (patience.compareTo(Duration.ofSeconds(1)) < 0 || patience.compareTo(Duration.ofDays(1)) > 0) {
			throw new IllegalArgumentException("waybill.ledger.patience is " + patience + "; allowed is 1s to 1d");
		}
	}

	/**
	 * Refuses a patience that would take for lost what is merely in hand, or waits for a
	 * retry.
	 * @param heldInterval how often a consumer names what it holds
	 * @param longestDelay the longest delay before a retry
	 * @param heartbeat the connections' heartbeat
	 */
	public void checkPatience(Duration heldInterval, Duration longestDelay, Duration heartbeat) {
		check("twice waybill.held-interval", heldInterval.multipliedBy(2));
		check("waybill.held-interval, waybill.retry.longest-delay and three times"
				+ " spring.rabbitmq.requested-heartbeat together",
				heldInterval.plus(longestDelay).plus(heartbeat.multipliedBy(3)));
	}

	private void check(String what, Duration least) {
		if (this.patience.compareTo(least) < 0) {
			throw new IllegalArgumentException("waybill.ledger.patience is " + this.patience + "; allowed is at least "
					+ least + ", which is " + what);
		}
	}

}
