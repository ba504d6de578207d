package dev.waybill.consumer;

import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.Traceparent;
import dev.waybill.contract.Waybill;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import org.jspecify.annotations.Nullable;

import org.springframework.amqp.AmqpException;

/**
 * Decides which spans a delivery has: one for each attempt at it, which goes on from
 * where its message says that it comes from, and one for its dead letter.
 */
final class DeliveryTraces {

	private final Tracer tracer;

	private final HelloQueue queue;

	DeliveryTraces(Tracer tracer, HelloQueue queue) {
		this.tracer = tracer;
		this.queue = queue;
	}

	/**
	 * Has an attempt made in its span, so that whatever the processor traces is part of
	 * it.
	 */
	void attempt(Attempt attempt, Runnable made) {
		Delivery delivery = attempt.delivery();
		Span span = begin(delivery, Span.Kind.CONSUMER, "process", "process", this.queue.name(), origin(delivery));
		span.tag("waybill.attempt", attempt.number());
		Tracer.SpanInScope scope = this.tracer.withSpan(span);
		try {
			made.run();
		}
		finally {
			scope.close();
			Outcome outcome = attempt.outcome();
			Throwable failure = attempt.failure();
			if (failure != null && outcome != null) {
				span.tag("error.type", outcome.tag()).error(failure);
			}
			span.end();
		}
	}

	/** Has a dead letter published in its span, whose place in the trace it carries. */
	@Nullable String deadLetter(Delivery delivery, Published published) {
		Span attempt = this.tracer.currentSpan();
		Span span = begin(delivery, Span.Kind.PRODUCER, "dead-letter", "send",
				this.queue.deadLetterExchange() + ":" + HelloQueue.DLQ_KEY,
				(attempt != null) ? attempt.context() : origin(delivery));
		try {
			TraceContext context = span.context();
			String failure = published
				.with(Traceparent.of(context.traceId(), context.spanId(), Boolean.TRUE.equals(context.sampled())));
			if (failure != null) {
				span.tag("error.type", "not-confirmed").error(new AmqpException(failure));
			}
			return failure;
		}
		finally {
			span.end();
		}
	}

	private Span begin(Delivery delivery, Span.Kind kind, String operation, String type, String destination,
			@Nullable TraceContext parent) {
		Span.Builder builder = this.tracer.spanBuilder()
			.name(operation + " " + destination)
			.kind(kind)
			.tag("messaging.system", "rabbitmq")
			.tag("messaging.operation.name", operation)
			.tag("messaging.operation.type", type)
			.tag("messaging.destination.name", destination)
			.tag("messaging.message.body.size", delivery.body().length);
		String id = delivery.properties().getMessageId();
		if (id != null) {
			builder.tag("messaging.message.id", id);
		}
		Waybill waybill = delivery.waybill();
		if (waybill != null) {
			builder.tag("waybill.source", waybill.sourceText()).tag("waybill.sequence", waybill.sequence());
		}
		return ((parent != null) ? builder.setParent(parent) : builder.setNoParent()).start();
	}

	/** Where the message comes from, by its own word; null where it says nothing. */
	private @Nullable TraceContext origin(Delivery delivery) {
		Traceparent traceparent = Traceparent.of(delivery.header(Traceparent.HEADER));
		return (traceparent == null) ? null
				: this.tracer.traceContextBuilder()
					.traceId(traceparent.traceId())
					.spanId(traceparent.spanId())
					.sampled(traceparent.sampled())
					.build();
	}

	/**
	 * Publishes a dead letter that carries this place in the trace, if there is one, and
	 * says why that failed, if it did.
	 */
	interface Published {

		@Nullable String with(@Nullable Traceparent traceparent);

	}

}
