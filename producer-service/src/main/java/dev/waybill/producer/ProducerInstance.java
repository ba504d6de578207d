package dev.waybill.producer;

import java.net.InetAddress;
import java.net.UnknownHostException;

import dev.waybill.contract.Waybill;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The name by which this producer is known on the wire: the one that is set, else the one
 * that is in the ledger's file, else the host's.
 *
 * @param name 1 to 64 of the characters A-Z a-z 0-9 _ . -
 */
record ProducerInstance(String name) {

	ProducerInstance {
		if (!Waybill.isInstance(name)) {
			throw new IllegalArgumentException("waybill.instance is '" + name
					+ "'; allowed are 1 to 64 of the characters A-Z a-z 0-9 _ . - (if it is not set, the host name is taken)");
		}
	}

	/**
	 * The name that is set.
	 *
	 * @param instance the name; that in the ledger's file, or the host name, if not set
	 */
	@ConfigurationProperties("waybill")
	record Settings(@Nullable String instance) {

		/** The name, or null where none is set. */
		@Nullable String name() {
			return (this.instance == null || this.instance.isEmpty()) ? null
					: new ProducerInstance(this.instance).name();
		}

		/** The name where the ledger's file has none. */
		String orHostName() {
			String name = name();
			return (name != null) ? name : new ProducerInstance(hostName()).name();
		}

		private static String hostName() {
			try {
				return InetAddress.getLocalHost().getHostName();
			}
			catch (UnknownHostException ex) {
				return "localhost";
			}
		}

	}

}
