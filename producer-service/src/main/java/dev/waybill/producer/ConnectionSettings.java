package dev.waybill.producer;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How many connections the web server has at once, by what the heap bears; further
 * clients wait to be let in.
 *
 * @param maxConnections 1 to one for each 128 KiB of the heap; if not set, one for each
 * 256 KiB, at most 8,192
 */
@ConfigurationProperties("server.tomcat")
record ConnectionSettings(@Nullable Integer maxConnections) {

	/**
	 * What Tomcat keeps for a connection from the first byte of a request until its
	 * answer: seen are 100 KB, most of it buffers whose sizes cannot be set.
	 */
	private static final long LARGEST = 128 * 1024;

	/** Tomcat's own. */
	private static final long MOST = 8192;

	ConnectionSettings {
		long heap = Runtime.getRuntime().maxMemory();
		if (maxConnections == null) {
			maxConnections = (int) Math.min(MOST, heap / (2 * LARGEST));
		}
		if (maxConnections < 1 || maxConnections > heap / LARGEST) {
			throw new IllegalArgumentException(
					"server.tomcat.max-connections is " + maxConnections + "; allowed is 1 to " + heap / LARGEST
							+ ", one for each 128 KiB of the heap, which is " + (heap >> 20) + " MiB");
		}
	}

	/** The limit, which the constructor has always set. */
	int limit() {
		return (this.maxConnections != null) ? this.maxConnections : 0;
	}

}
