package dev.waybill.producer.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

public record OpenLedger(DeliveryLedger ledger, Checkpoints checkpoints, String instance, Instant since) {

	public static OpenLedger open(LedgerSettings settings, @Nullable String configured, Supplier<String> fallback,
			Duration heldInterval, boolean promised) {
		DeliveryLedger.Builder builder = new DeliveryLedger.Builder(settings.patience(), heldInterval, promised);
		return new OpenLedger(builder.inMemory(), new Checkpoints(), (configured != null) ? configured : fallback.get(),
				Instant.now());
	}

}
