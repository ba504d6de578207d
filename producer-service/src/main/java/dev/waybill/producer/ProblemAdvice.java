package dev.waybill.producer;

import java.util.Map;

import dev.waybill.contract.About;
import dev.waybill.contract.FailureLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Gives the problems that Spring MVC answers with an outcome and a reason. */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

	private static final Logger problems = LoggerFactory.getLogger(ProblemAdvice.class);

	private final FailureLog failures;

	ProblemAdvice(FailureLog failures) {
		this.failures = failures;
	}

	@ExceptionHandler(Exception.class)
	ResponseEntity<Object> unexpected(Exception ex, WebRequest request) {
		String id = messageId(request);
		this.failures.tell(problems, Level.ERROR, "defect: " + ex.getClass().getName(), new About(id, null, null, null),
				() -> "A request failed unexpectedly", ex);
		return Problems.of(Settlement.of(Reason.INTERNAL_ERROR), Reason.INTERNAL_ERROR, Reason.INTERNAL_ERROR.detail(),
				id);
	}

	/** The message that the path names, if it names one. */
	private static @Nullable String messageId(WebRequest request) {
		Object variables = request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE,
				RequestAttributes.SCOPE_REQUEST);
		return (variables instanceof Map<?, ?> named && named.get("id") instanceof String id) ? id : null;
	}

	@Override
	protected @Nullable ResponseEntity<Object> handleExceptionInternal(Exception ex, @Nullable Object body,
			HttpHeaders headers, HttpStatusCode status, WebRequest request) {
		Reason reason = Problems.reasonOf(status.value());
		String detail = (body instanceof ProblemDetail problem && problem.getDetail() != null) ? problem.getDetail()
				: reason.detail();
		// Below 500 these come before a handler runs, so nothing has been published.
		ProblemDetail problem = Problems.detail(reason.outcome(), reason, detail, null);
		problem.setStatus(status.value());
		return ResponseEntity.status(status)
			.headers(headers)
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.body(problem);
	}

}
