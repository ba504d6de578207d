package dev.waybill.producer;

import java.net.InetAddress;
import java.net.UnknownHostException;

import dev.waybill.contract.Waybill;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The name by which this producer is known on the wire: the one that is set, else the one
 * that is in the ledger's file, else the host's.
 *
 * @param name 1 to 64 of the characters A-Z a-z 0-9 _ . -
 */
record ProducerInstance(String name) {

	/**
	 * The name that is set.
	 *
	 * @param instance the name; that in the ledger's file, or the host name, if not set
	 */
	@ConfigurationProperties("waybill")
	record Settings(@Nullable String instance) {

		Settings {
			if (instance != null && instance.isEmpty()) {
				instance = null;
			}
			if (instance != null && !Waybill.isInstance(instance)) {
				throw new IllegalArgumentException("waybill.instance is '" + instance
						+ "'; allowed are 1 to 64 of the characters A-Z a-z 0-9 _ . - (if it is not set, the host name is taken)");
			}
		}

		/** The name where the ledger's file has none. */
		String orHostName() {
			return (this.instance != null) ? this.instance : checkedHostName();
		}

		private static String checkedHostName() {
			String host = hostName();
			if (!Waybill.isInstance(host)) {
				throw new InvalidConfigurationPropertyValueException("waybill.instance", host,
						"The host name is taken where it is not set, and is not of 1 to 64 of the characters A-Z a-z 0-9 _ . -");
			}
			return host;
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
