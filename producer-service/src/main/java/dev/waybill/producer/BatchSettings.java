package dev.waybill.producer;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How large a batch may be and how long it may take.
 *
 * @param maxLines messages in a batch, 1 to 100,000
 * @param maxSize the largest body, 1 B to 1 GB
 * @param timeLimit from its first byte to the last line taken in, 1 s to 10 min
 * @param concurrent batches at once, 1 to 10,000; before Java 21 each keeps a thread of
 * the server while it is read
 */
@ConfigurationProperties("waybill.batch")
record BatchSettings(@DefaultValue("1000") int maxLines, @DefaultValue("16MB") DataSize maxSize,
		@DefaultValue("30s") Duration timeLimit, @DefaultValue("100") int concurrent) {

	BatchSettings {
		check("max-lines", maxLines, "1 to 100000", maxLines >= 1 && maxLines <= 100_000);
		check("max-size", maxSize, "1B to 1GB",
				maxSize.toBytes() >= 1 && maxSize.compareTo(DataSize.ofGigabytes(1)) <= 0);
		check("time-limit", timeLimit, "1s to 10m",
				timeLimit.toMillis() >= 1000 && timeLimit.compareTo(Duration.ofMinutes(10)) <= 0);
		check("concurrent", concurrent, "1 to 10000", concurrent >= 1 && concurrent <= 10_000);
	}

	private static void check(String name, Object value, String allowed, boolean holds) {
		if (!holds) {
			throw new IllegalArgumentException("waybill.batch." + name + " is " + value + "; allowed is " + allowed);
		}
	}

}
