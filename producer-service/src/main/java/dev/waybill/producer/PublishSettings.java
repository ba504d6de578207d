package dev.waybill.producer;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.unit.DataSize;

/**
 * How much is published at once and how long it may take.
 *
 * @param deadline from reading a message to answering for it, 1 s to 5 min
 * @param lanes threads that publish, each with a channel of its own, 1 to 64
 * @param window publishes of a lane that may be unconfirmed, 1 to 10,000
 * @param linger how long a burst of publishes waits at most, while more than an eighth of
 * the window is unconfirmed, for more to gather; 0 to 100 ms
 * @param givenEntryQueue messages that may wait for a lane, 1 to 1,000,000; if not set,
 * one for each 512 KiB of the heap, at most 2,000
 * @param entryBytes bytes of bodies that may be in hand; an eighth of the heap if not set
 * @param maxMessageSize the largest body that is taken, at most 128 MiB
 * @param timeLimit how long a body may take to come, 1 s to 10 min
 * @param stopTimeout how long a stop waits for confirms, at most 1 min
 */
@ConfigurationProperties("waybill.publish")
record PublishSettings(@DefaultValue("5s") Duration deadline, @DefaultValue("1") int lanes,
		@DefaultValue("100") int window, @DefaultValue("5ms") Duration linger,
		@Name("entry-queue") @Nullable Integer givenEntryQueue, @Nullable DataSize entryBytes,
		@DefaultValue("1MB") DataSize maxMessageSize, @DefaultValue("30s") Duration timeLimit,
		@DefaultValue("7s") Duration stopTimeout) {

	private static final long HEAP_OF_ENTRY = 512 * 1024;

	PublishSettings {
		check("deadline", deadline, "1s to 5m",
				deadline.toMillis() >= 1000 && deadline.compareTo(Duration.ofMinutes(5)) <= 0);
		check("lanes", lanes, "1 to 64", lanes >= 1 && lanes <= 64);
		check("window", window, "1 to 10000", window >= 1 && window <= 10_000);
		check("linger", linger, "0s to 100ms", !linger.isNegative() && linger.compareTo(Duration.ofMillis(100)) <= 0);
		if (givenEntryQueue == null) {
			// Who waits keeps a connection, and a request of Tomcat some 100 KB.
			givenEntryQueue = (int) Math.min(2000, Runtime.getRuntime().maxMemory() / HEAP_OF_ENTRY);
		}
		check("entry-queue", givenEntryQueue, "1 to 1000000", givenEntryQueue >= 1 && givenEntryQueue <= 1_000_000);
		check("max-message-size", maxMessageSize, "1B to 128MB",
				maxMessageSize.toBytes() >= 1 && maxMessageSize.compareTo(DataSize.ofMegabytes(128)) <= 0);
		check("time-limit", timeLimit, "1s to 10m",
				timeLimit.toMillis() >= 1000 && timeLimit.compareTo(Duration.ofMinutes(10)) <= 0);
		check("stop-timeout", stopTimeout, "0s to 1m",
				!stopTimeout.isNegative() && stopTimeout.compareTo(Duration.ofMinutes(1)) <= 0);
		if (entryBytes == null) {
			// G1 gives a large body up to twice its size, and moves it no more.
			entryBytes = DataSize.ofBytes(Runtime.getRuntime().maxMemory() / 8);
		}
		check("entry-bytes", entryBytes, "at least waybill.publish.max-message-size, which is " + maxMessageSize,
				entryBytes.toBytes() >= maxMessageSize.toBytes());
	}

	/** The places of the entry queue, which the constructor has always set. */
	int entryQueue() {
		return (this.givenEntryQueue != null) ? this.givenEntryQueue : 0;
	}

	/** The byte budget, which the constructor has always set. */
	long budget() {
		return (this.entryBytes != null) ? this.entryBytes.toBytes() : 0;
	}

	private static void check(String name, Object value, String allowed, boolean holds) {
		if (!holds) {
			throw new IllegalArgumentException("waybill.publish." + name + " is " + value + "; allowed is " + allowed);
		}
	}

}
