package dev.waybill.producer;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/** Words a problem (RFC 9457): outcome, reason and messageId are in each. */
final class Problems {

	/**
	 * Statuses that Tomcat chose: for an expectation, a transfer coding or a version that
	 * it does not know.
	 */
	private static final List<Integer> MALFORMED_TOO = List.of(417, 501, 505);

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
		problem.setType(reason.type());
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
		return (status < 500 || MALFORMED_TOO.contains(status)) ? Reason.MALFORMED : Reason.INTERNAL_ERROR;
	}

	/** The statuses that an answer of a reason may have, its own first. */
	static List<Integer> statusesOf(Reason reason) {
		List<Integer> statuses = new ArrayList<>(List.of(reason.status().value()));
		if (reason == Reason.MALFORMED) {
			statuses.addAll(MALFORMED_TOO);
		}
		return statuses;
	}

}
