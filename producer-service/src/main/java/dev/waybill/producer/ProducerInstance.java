package dev.waybill.producer;

import java.net.InetAddress;
import java.net.UnknownHostException;

import dev.waybill.contract.Waybill;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The name by which this producer is known on the wire.
 *
 * @param instance 1 to 64 of the characters A-Z a-z 0-9 _ . -; the host name if not set
 */
@ConfigurationProperties("waybill")
record ProducerInstance(@Nullable String instance) {

	ProducerInstance {
		if (instance == null || instance.isEmpty()) {
			instance = hostName();
		}
		if (!Waybill.isInstance(instance)) {
			throw new IllegalArgumentException("waybill.instance is '" + instance
					+ "'; allowed are 1 to 64 of the characters A-Z a-z 0-9 _ . - (if it is not set, the host name is taken)");
		}
	}

	/** The name, which the constructor has always set. */
	String name() {
		return (this.instance != null) ? this.instance : "";
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
