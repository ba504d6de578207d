/** Whether the rules of Prometheus are right, tested and explained. */
@NullMarked
package dev.waybill.observability;

import org.jspecify.annotations.NullMarked;
