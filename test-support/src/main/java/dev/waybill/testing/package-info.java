/** What the tests of several modules share. */
@NullMarked
package dev.waybill.testing;

import org.jspecify.annotations.NullMarked;
