package dev.waybill.consumer;

/**
 * Published when the processor does not come back.
 *
 * @param sentence what happened
 */
record ProcessorStuck(String sentence) {
}
