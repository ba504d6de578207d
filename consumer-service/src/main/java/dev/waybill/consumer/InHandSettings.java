package dev.waybill.consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * How much is taken in hand, beside the prefetch.
 *
 * @param inHandBytes bytes in hand beyond which no more is read until some is settled; an
 * eighth of the heap where not set
 */
@ConfigurationProperties("waybill")
record InHandSettings(@Nullable DataSize inHandBytes) {

	private static final DataSize LEAST = DataSize.ofMegabytes(1);

	InHandSettings {
		DataSize most = DataSize.ofBytes(Math.max(Runtime.getRuntime().maxMemory() / 2, LEAST.toBytes()));
		if (inHandBytes != null && (inHandBytes.compareTo(LEAST) < 0 || inHandBytes.compareTo(most) > 0)) {
			throw new InvalidConfigurationPropertyValueException("waybill.in-hand-bytes", inHandBytes,
					"Allowed are 1MB to " + most.toMegabytes() + "MB, half of the heap.");
		}
	}

	long bytes() {
		return (this.inHandBytes != null) ? this.inHandBytes.toBytes()
				: Math.max(LEAST.toBytes(), Runtime.getRuntime().maxMemory() / 8);
	}

}
