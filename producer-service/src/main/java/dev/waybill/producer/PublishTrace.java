package dev.waybill.producer;

import java.util.concurrent.atomic.AtomicReference;

import dev.waybill.contract.Traceparent;
import dev.waybill.contract.Waybill;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one message: each publish of it has one, from its claim to its outcome,
 * under the one of the request that brought it.
 */
final class PublishTrace {

	private final Tracer tracer;

	private final @Nullable Span request;

	private final String queue;

	private final String messageId;

	/** Of the publish whose outcome is not known; whoever takes it ends it. */
	private final AtomicReference<@Nullable Span> publish = new AtomicReference<>();

	PublishTrace(Tracer tracer, @Nullable Span request, String queue, String messageId) {
		this.tracer = tracer;
		this.request = request;
		this.queue = queue;
		this.messageId = messageId;
	}

	/**
	 * Begins a publish.
	 * @return what its message carries, so that the trace goes on where it is received
	 */
	@Nullable String begin(int bodySize) {
		Span.Builder builder = this.tracer.spanBuilder()
			.name("publish " + this.queue)
			.kind(Span.Kind.PRODUCER)
			.tag("messaging.system", "rabbitmq")
			.tag("messaging.operation.name", "publish")
			.tag("messaging.operation.type", "send")
			.tag("messaging.destination.name", this.queue)
			.tag("messaging.rabbitmq.destination.routing_key", this.queue)
			.tag("messaging.message.id", this.messageId)
			.tag("messaging.message.body.size", bodySize);
		builder = (this.request != null) ? builder.setParent(this.request.context()) : builder.setNoParent();
		Span span = builder.start();
		this.publish.set(span);
		TraceContext context = span.context();
		Traceparent traceparent = Traceparent.of(context.traceId(), context.spanId(),
				Boolean.TRUE.equals(context.sampled()));
		return (traceparent != null) ? traceparent.text() : null;
	}

	/** The trace; null where it does not begin before the publish. */
	@Nullable String traceId() {
		return (this.request != null) ? this.request.context().traceId() : null;
	}

	/** The publish has its number. */
	void numbered(Copy copy) {
		Span span = this.publish.get();
		if (span != null) {
			span.tag("waybill.source", Waybill.sourceText(copy.source())).tag("waybill.sequence", copy.sequence());
		}
	}

	/** The publish has ended, and why it was not accepted, if it was not. */
	@Nullable Span ended(@Nullable Reason reason) {
		Span span = this.publish.getAndSet(null);
		if (span != null) {
			if (reason != null) {
				span.tag("error.type", reason.text()).error(new NotAcceptedException(reason));
			}
			span.end();
		}
		return span;
	}

	/**
	 * The request has its outcome, which is measured in the span of its last publish, so
	 * that exemplars name that.
	 */
	void settled(Settlement settlement, Runnable measure) {
		Span last = ended(settlement.reason());
		Tracer.SpanInScope scope = this.tracer.withSpan((last != null) ? last : this.request);
		try {
			measure.run();
		}
		finally {
			scope.close();
		}
	}

	/** What a span says that did not end well. */
	private static final class NotAcceptedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		NotAcceptedException(Reason reason) {
			super(reason.detail(), null, false, false);
		}

	}

}
