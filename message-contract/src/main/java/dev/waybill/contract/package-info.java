/** All that the two services must agree on: names, declarations and headers. */
@NullMarked
package dev.waybill.contract;

import org.jspecify.annotations.NullMarked;
