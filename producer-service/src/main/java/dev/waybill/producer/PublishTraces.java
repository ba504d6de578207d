package dev.waybill.producer;

import io.micrometer.tracing.Tracer;

/** Gives each message that a request brings its place in the trace of that request. */
final class PublishTraces {

	private final Tracer tracer;

	private final String queue;

	PublishTraces(Tracer tracer, String queue) {
		this.tracer = tracer;
		this.queue = queue;
	}

	/** For a message of the request that this thread is at. */
	PublishTrace of(IncomingMessage message) {
		return new PublishTrace(this.tracer, this.tracer.currentSpan(), this.queue, message.messageId());
	}

}
