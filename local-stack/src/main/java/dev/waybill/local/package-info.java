/** Runs both services and a demo broker in one process. */
@NullMarked
package dev.waybill.local;

import org.jspecify.annotations.NullMarked;
