package dev.waybill.pair;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends one request to a service, with any headers. */
final class Client {

	private static final Pattern EXEMPLAR = Pattern.compile(".*# \\{.*trace_id=\"([0-9a-f]{32})\".*");

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final Service service;

	Client(Service service) {
		this.service = service;
	}

	/** Posts, and gives the status. */
	int post(String path, String body, String... headers) {
		return send(HttpRequest.newBuilder(this.service.uri(path)).POST(BodyPublishers.ofString(body)), headers)
			.status();
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

	private static Answer send(HttpRequest.Builder request, String... headers) {
		if (headers.length > 0) {
			request.headers(headers);
		}
		try {
			var response = HTTP.send(request.build(), BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private record Answer(int status, String body) {
	}

}
