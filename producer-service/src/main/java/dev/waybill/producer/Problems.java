package dev.waybill.producer;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/** Words a problem (RFC 9457): outcome, reason and messageId are in each. */
final class Problems {

	private Problems() {
	}

	/** The answer for an attempt that was not accepted. */
	static ResponseEntity<Object> of(Settlement settlement, Reason reason, String detail, @Nullable String messageId) {
		ResponseEntity.BodyBuilder answer = ResponseEntity.status(reason.status())
			.contentType(MediaType.APPLICATION_PROBLEM_JSON);
		if (reason.retryAfter() > 0) {
			answer.header(HttpHeaders.RETRY_AFTER, Integer.toString(reason.retryAfter()));
		}
		return answer.body(detail(settlement.outcome(), reason, detail, messageId));
	}

	/**
	 * The body alone; where the message has no id, it gets one that may be its key from
	 * now on.
	 */
	static ProblemDetail detail(Outcome outcome, Reason reason, String detail, @Nullable String messageId) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(reason.status(), detail);
		problem.setProperty("outcome", outcome.text());
		problem.setProperty("reason", reason.text());
		problem.setProperty("messageId", (messageId != null) ? messageId : MessageIds.next());
		return problem;
	}

	/** The reason that stands for a status which Spring or Tomcat chose. */
	static Reason reasonOf(int status) {
		for (Reason reason : Reason.values()) {
			if (reason.status().value() == status) {
				return reason;
			}
		}
		// 501 and 505 are Tomcat's, for a transfer coding or a version that it does not
		// know.
		return (status < 500 || status == 501 || status == 505) ? Reason.MALFORMED : Reason.INTERNAL_ERROR;
	}

}
