/**
 * Takes messages over HTTP and publishes them, answering when the broker has confirmed.
 */
@NullMarked
package dev.waybill.producer;

import org.jspecify.annotations.NullMarked;
