package dev.waybill.pair;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.waybill.testing.Eventually;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;

/** Takes spans over OTLP, as a collector does, and keeps them. */
final class Collector implements AutoCloseable {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final String ROOT = "";

	private final List<Sent> spans = new CopyOnWriteArrayList<>();

	private final HttpServer server;

	Collector() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		this.server.createContext("/v1/traces", this::take);
		this.server.start();
	}

	/** The one property that has a service send its spans here. */
	String endpoint() {
		return "--management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:"
				+ this.server.getAddress().getPort() + "/v1/traces";
	}

	/** All that has been sent so far. */
	List<Sent> spans() {
		return List.copyOf(this.spans);
	}

	/** The spans that match, when there are so many, by when they began. */
	List<Sent> await(int count, Predicate<Sent> wanted) {
		Eventually.within(SOON, () -> this.spans.stream().filter(wanted).count() >= count);
		List<Sent> found = this.spans.stream().filter(wanted).sorted(Comparator.comparingLong(Sent::begun)).toList();
		if (found.size() != count) {
			throw new IllegalStateException(found.size() + " spans in place of " + count + ": " + found);
		}
		return found;
	}

	/** The one span that matches, when it is there. */
	Sent await(Predicate<Sent> wanted) {
		return await(1, wanted).get(0);
	}

	private void take(HttpExchange exchange) throws IOException {
		try (exchange) {
			ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
			for (ResourceSpans resource : request.getResourceSpansList()) {
				String service = attributes(resource.getResource().getAttributesList()).get("service.name");
				resource.getScopeSpansList()
					.stream()
					.flatMap((scope) -> scope.getSpansList().stream())
					.forEach((span) -> this.spans.add(Sent.of(String.valueOf(service), span)));
			}
			exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
			exchange.sendResponseHeaders(200, -1);
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	private static Map<String, String> attributes(List<KeyValue> attributes) {
		Map<String, String> all = new HashMap<>();
		for (KeyValue attribute : attributes) {
			AnyValue value = attribute.getValue();
			all.put(attribute.getKey(),
					value.hasStringValue() ? value.getStringValue() : String.valueOf(value.getIntValue()));
		}
		return all;
	}

	/**
	 * A span as it was sent.
	 *
	 * @param service whose it is
	 * @param traceId the trace, in hex
	 * @param spanId the span, in hex
	 * @param parentId the span above, in hex; empty where there is none
	 * @param name what it is called
	 * @param kind which end of what it is
	 * @param attributes what else is known, as text
	 * @param begun when it began, in nanoseconds since the epoch
	 * @param failed whether its status is an error
	 * @param exceptions the messages of those that it records
	 */
	record Sent(String service, String traceId, String spanId, String parentId, String name, Span.SpanKind kind,
			Map<String, String> attributes, long begun, boolean failed, List<String> exceptions) {

		static Sent of(String service, Span span) {
			return new Sent(service, hex(span.getTraceId()), hex(span.getSpanId()), hex(span.getParentSpanId()),
					span.getName(), span.getKind(), Collector.attributes(span.getAttributesList()),
					span.getStartTimeUnixNano(), span.getStatus().getCode() == StatusCode.STATUS_CODE_ERROR,
					span.getEventsList()
						.stream()
						.map((event) -> Collector.attributes(event.getAttributesList()).get("exception.message"))
						.map(String::valueOf)
						.toList());
		}

		private static String hex(ByteString id) {
			return HexFormat.of().formatHex(id.toByteArray());
		}

		boolean isRoot() {
			return this.parentId.equals(ROOT);
		}

		boolean isUnder(Sent other) {
			return this.traceId.equals(other.traceId) && this.parentId.equals(other.spanId);
		}

		/** Whether it is about this message. */
		boolean isOf(String messageId) {
			return messageId.equals(this.attributes.get("messaging.message.id"));
		}

		/** What it says to whom it hands on. */
		String traceparent() {
			return "00-" + this.traceId + "-" + this.spanId + "-01";
		}

	}

}
