/** Both services as they are run, and what only the pair can show. */
@NullMarked
package dev.waybill.pair;

import org.jspecify.annotations.NullMarked;
