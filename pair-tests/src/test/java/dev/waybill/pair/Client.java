package dev.waybill.pair;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.waybill.testing.Http;

/** Sends one request to a service, with any headers. */
final class Client {

	private static final Pattern EXEMPLAR = Pattern.compile(".*# \\{.*trace_id=\"([0-9a-f]{32})\".*");

	private final Service service;

	Client(Service service) {
		this.service = service;
	}

	/** Posts, and gives the status. */
	int post(String path, String body, String... headers) {
		return send(HttpRequest.newBuilder(this.service.uri(path)).POST(BodyPublishers.ofString(body)), headers)
			.statusCode();
	}

	/** The traces that the exemplars of a histogram name. */
	List<String> exemplars(String series) {
		return send(HttpRequest.newBuilder(this.service.uri("/actuator/prometheus")), "Accept",
				"application/openmetrics-text;version=1.0.0")
			.body()
			.lines()
			.filter((line) -> line.startsWith(series))
			.map(EXEMPLAR::matcher)
			.filter(Matcher::matches)
			.map((found) -> found.group(1))
			.distinct()
			.toList();
	}

	private static HttpResponse<String> send(HttpRequest.Builder request, String... headers) {
		if (headers.length > 0) {
			request.headers(headers);
		}
		return Http.send(request.build());
	}

}
