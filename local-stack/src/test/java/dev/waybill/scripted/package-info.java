/** What a user of the consumer would bring: outside the packages of the local stack. */
@NullMarked
package dev.waybill.scripted;

import org.jspecify.annotations.NullMarked;
