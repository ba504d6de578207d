package dev.waybill.producer;

/**
 * Says of each reason what it means, whether to send again, and how; the problem's page
 * and the API's document both take it from here.
 *
 * @param reason the reason
 * @param meaning what has happened
 * @param how what to do about it
 */
record ProblemText(Reason reason, String meaning, String how) {

	/** The text of a reason; a new one does not compile until it has some. */
	static ProblemText of(Reason reason) {
		return switch (reason) {
			case MALFORMED -> new ProblemText(reason,
					"The request, or a line of a batch, breaks a rule: JSON that is none, a key that is too long, a body that broke off, or what is not proper HTTP. The detail says which rule, and where.",
					"Correct what the detail names. The same key may be used.");
			case NOT_FOUND -> new ProblemText(reason,
					"There is nothing at this path. Where a message was asked for, it is none of the last ones that this instance published; whether it is stored is unknown then.",
					"Check the path. Ask for a message at the instance that took it; to make sure of it, send it again with its id as the key.");
			case METHOD_NOT_ALLOWED ->
				new ProblemText(reason, "The path is right and the method is not. Nothing of the body was read.",
						"Use a method that the header Allow names.");
			case NOT_ACCEPTABLE -> new ProblemText(reason,
					"The header Accept of the request allows none of the media types that the answer could have. Nothing of the body was read.",
					"Leave Accept out, or allow one of the types that the header Accept of this answer names.");
			case KEY_IN_FLIGHT -> new ProblemText(reason,
					"Another request with the same key is not answered yet, so what becomes of the message is not known.",
					"Wait for as long as Retry-After says, until the answer is another.");
			case TOO_SLOW -> new ProblemText(reason,
					"The body did not come to its end in the time that it may take. As the answer to a request it says that nothing of it was taken; in a line of an answer, that this line and all after it were not read.",
					"Send it over a faster connection, or what was not read of a batch in smaller ones.");
			case TOO_LARGE -> new ProblemText(reason,
					"The body is larger than a message may be, or the batch has more bytes or lines than it may have. In a line of an answer it is that line; where the detail says so, all after it too.",
					"Make it smaller, or split the batch.");
			case UNSUPPORTED_MEDIA_TYPE -> new ProblemText(reason,
					"The Content-Type is no media type. A batch must be application/x-ndjson and have no Content-Encoding.",
					"Correct the header. The same key may be used.");
			case KEY_REUSED -> new ProblemText(reason,
					"The key belongs to a message with another content type or body. That one is as it was answered; this one is not stored.",
					"Give each message a key of its own. To repeat the earlier one, send exactly what it was.");
			case OVERLOADED -> new ProblemText(reason,
					"More is in hand already than can be published in time, so the message was turned away before it was published.",
					"Wait for as long as Retry-After says, and for longer each time that it is refused again.");
			case HEADER_TOO_LARGE -> new ProblemText(reason,
					"The header of the request, all lines together, is larger than the server reads. Nothing of the body was read.",
					"Shorten it.");
			case BROKER_UNAVAILABLE -> new ProblemText(reason,
					"The service has no connection to the broker, so the message was not published. The service connects again by itself.",
					"Wait for as long as Retry-After says. Where it lasts, look at /actuator/health/broker.");
			case BROKER_BLOCKED -> new ProblemText(reason,
					"The broker is out of memory or disk space and takes no messages, so this one was not published.",
					"Wait for as long as Retry-After says. Where it lasts, consumers must drain the queue or the broker needs more room.");
			case NACKED -> new ProblemText(reason, "The message was published and the broker refused to store it.",
					"Wait for as long as Retry-After says. Where it lasts, look at the length limits of the queue and at its replicas.");
			case UNROUTABLE -> new ProblemText(reason,
					"The message was published and the broker returned it, since there is no queue for it.",
					"Wait for as long as Retry-After says. Where it lasts, the queue was deleted: start the service again, which declares it.");
			case CONFIRM_TIMEOUT -> new ProblemText(reason,
					"The message was published and the broker's word did not come before the deadline. It may be stored, now or later.",
					"Where the request had no key, the messageId of the answer is the key. What turns out to be stored is then answered as accepted.");
			case CONNECTION_LOST -> new ProblemText(reason,
					"The message was published and the connection ended before the broker's word. It may be stored.",
					"Where the request had no key, the messageId of the answer is the key. What turns out to be stored is then answered as accepted.");
			case INTERNAL_ERROR -> new ProblemText(reason, "The service has a defect; its log says more.",
					"Where the request had no key, the messageId of the answer is the key. Where it fails again, tell who runs the service.");
		};
	}

	/** Whether to send again, in a few words. */
	String again() {
		if (this.reason.outcome() == Outcome.UNKNOWN) {
			return "Yes, with the same Idempotency-Key.";
		}
		return (this.reason.retryAfter() > 0) ? "Yes, with or without a key." : "Not as it is.";
	}

	/** What is true of the message. */
	String truth() {
		return (this.reason.outcome() == Outcome.UNKNOWN) ? "unknown: it may be stored"
				: "rejected: it is not stored; where the answer says unknown, an earlier attempt with the same key may be";
	}

}
