package dev.waybill.consumer;

import org.jspecify.annotations.Nullable;

/**
 * A message as a {@link MessageProcessor} is handed it.
 *
 * @param body the bytes that were published; the processor's own copy
 * @param contentType the content type as it was published, or null where there was none
 * @param messageId the message id: the client's Idempotency-Key, or one that the producer
 * gave; null where a foreign program published without one
 * @param attempt which attempt at this message this is, from 1; attempts that a crash cut
 * short are counted
 * @param redelivered whether a consumer may have seen the message before; false is
 * certain, true is not
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record ReceivedMessage(byte[] body, @Nullable String contentType, @Nullable String messageId, int attempt,
		boolean redelivered) {
}
