/** The delivery ledger: what became of each number that was published. */
@NullMarked
package dev.waybill.producer.ledger;

import org.jspecify.annotations.NullMarked;
