package dev.waybill.producer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/**
 * Words as a problem what Tomcat answers before any of our code runs, and ends requests
 * that are not worth reading to their end; public for Tomcat, which makes it by its name.
 */
public class ProblemErrorReportValve extends ErrorReportValve {

	private static final String HEADER_TOO_LARGE = StringManager.getManager("org.apache.coyote.http11")
		.getString("iib.requestheadertoolarge.error");

	private static final String NOT_WORTH_READING = ProblemErrorReportValve.class.getName() + ".notWorthReading";

	/**
	 * Has the rest of a body not waited for, which Tomcat would else read before it
	 * closes the connection, however slowly it comes.
	 */
	static void doNotReadOn(HttpServletRequest request) {
		request.setAttribute(NOT_WORTH_READING, true);
	}

	/** Whether that was said; it has an effect where this thread ends the request. */
	static boolean isNotReadOn(HttpServletRequest request) {
		return request.getAttribute(NOT_WORTH_READING) != null;
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		super.invoke(request, response);
		if (isNotReadOn(request) && !request.isAsync()) {
			request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
		}
	}

	@Override
	protected void report(Request request, Response response, @Nullable Throwable throwable) {
		int status = response.getStatus();
		if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
			return;
		}
		Reason reason = isHeaderTooLarge(throwable) ? Reason.HEADER_TOO_LARGE : Problems.reasonOf(status);
		if (reason == Reason.HEADER_TOO_LARGE) {
			status = reason.status().value();
			response.setStatus(status);
		}
		String problem = """
				{"type":"%s","title":"%s","status":%d,"detail":"%s","outcome":"%s","reason":"%s","messageId":"%s"}"""
			.formatted(reason.type(), title(status), status, reason.detail(), reason.outcome().text(), reason.text(),
					MessageIds.next());
		try {
			byte[] body = problem.getBytes(StandardCharsets.UTF_8);
			// Tomcat ends the connection but says so for a few statuses only; who is not
			// told sends the next message into it.
			response.setHeader("Connection", "close");
			response.setContentType("application/problem+json");
			response.setContentLength(body.length);
			response.getOutputStream().write(body);
			response.finishResponse();
		}
		catch (IOException | IllegalStateException ex) {
			// The client is gone, or has its answer.
		}
	}

	private static String title(int status) {
		HttpStatus known = HttpStatus.resolve(status);
		return (known != null) ? known.getReasonPhrase() : "HTTP status " + status;
	}

	/** Tomcat answers 400 for it and tells it from others by this text only. */
	private static boolean isHeaderTooLarge(@Nullable Throwable throwable) {
		return throwable != null && HEADER_TOO_LARGE.equals(throwable.getMessage());
	}

}
