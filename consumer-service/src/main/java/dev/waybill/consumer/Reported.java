package dev.waybill.consumer;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.contract.Waybill;

/**
 * What became of a waybilled delivery, and how it is settled once its producer can know.
 *
 * @param endedAt when it had come to that, in microseconds since the epoch
 */
record Reported(Kind kind, Delivery delivery, Waybill waybill, long endedAt, Settlement how) {

	Run run() {
		return new Run(this.kind, this.waybill.source(), this.waybill.sequence(), this.waybill.sequence());
	}

	boolean hasReading() {
		return this.kind == Kind.PROCESSED || this.kind == Kind.DEAD_LETTERED;
	}

	Reading reading() {
		return new Reading(this.waybill.source(), this.waybill.sequence(), this.waybill.acceptedAt(),
				this.delivery.receivedAt(), this.endedAt);
	}

}
