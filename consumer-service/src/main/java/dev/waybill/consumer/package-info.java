/** Processes each message of the queue and settles it when its outcome is known. */
@NullMarked
package dev.waybill.consumer;

import org.jspecify.annotations.NullMarked;
