/**
 * What the benchmarks compare the producer service with.
 */
@NullMarked
package dev.waybill.peer;

import org.jspecify.annotations.NullMarked;
