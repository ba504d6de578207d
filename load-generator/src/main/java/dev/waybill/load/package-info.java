/** Offers load to producers over HTTP, and proves what became of it. */
@NullMarked
package dev.waybill.load;

import org.jspecify.annotations.NullMarked;
