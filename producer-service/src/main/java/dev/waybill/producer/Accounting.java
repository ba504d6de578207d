package dev.waybill.producer;

import dev.waybill.producer.ledger.DeliveryLedger;

/**
 * Where a lane keeps account of what it publishes.
 *
 * @param ledger of every number
 * @param recent messages, for who asks for one
 * @param receipts must have a queue before anything is published
 */
record Accounting(DeliveryLedger ledger, RecentMessages recent, ReceiptsQueue receipts) {
}
