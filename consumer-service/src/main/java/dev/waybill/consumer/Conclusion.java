package dev.waybill.consumer;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Waybill;

/**
 * Ends a delivery whose message needs no other: settled only once its producer can know;
 * where it names none, at once.
 */
final class Conclusion {

	private final InHand inHand;

	private final ReceiptsBook receipts;

	Conclusion(InHand inHand, ReceiptsBook receipts) {
		this.inHand = inHand;
		this.receipts = receipts;
	}

	/** Also where its channel is gone: what has happened is told all the same. */
	void of(Delivery delivery, Kind kind, Settlement how) {
		Waybill waybill = delivery.waybill();
		if (waybill == null) {
			this.inHand.settle(delivery, how);
		}
		else {
			this.receipts.report(kind, delivery, waybill, how);
		}
	}

}
