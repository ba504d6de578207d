package dev.waybill.producer;

import java.net.URI;
import java.util.Locale;

import org.springframework.http.HttpStatus;

/** Why a message was not accepted; the word in problems and the metric tag. */
enum Reason {

	/** The request breaks a rule; its problem says which and where. */
	MALFORMED(Outcome.REJECTED, HttpStatus.BAD_REQUEST, 0, "The request breaks a rule."),

	/** There is nothing at this path. */
	NOT_FOUND(Outcome.REJECTED, HttpStatus.NOT_FOUND, 0, "There is nothing at this path."),

	/** The path is right and the method is not. */
	METHOD_NOT_ALLOWED(Outcome.REJECTED, HttpStatus.METHOD_NOT_ALLOWED, 0, "This path does not take this method."),

	/** The client takes neither of the media types that answers have. */
	NOT_ACCEPTABLE(Outcome.REJECTED, HttpStatus.NOT_ACCEPTABLE, 0,
			"Answers are application/json or application/problem+json; Accept allows neither."),

	/** An attempt with the same key is not settled yet. */
	KEY_IN_FLIGHT(Outcome.UNKNOWN, HttpStatus.CONFLICT, 1,
			"An attempt with this Idempotency-Key is not settled yet; send it again with the same key."),

	/** The request did not come to its end in the time that it may take. */
	TOO_SLOW(Outcome.REJECTED, HttpStatus.REQUEST_TIMEOUT, 0,
			"The request did not come to its end in the time that it may take."),

	/** The body is larger than a message may be. */
	TOO_LARGE(Outcome.REJECTED, HttpStatus.CONTENT_TOO_LARGE, 0, "The body is larger than a message may be."),

	/** The Content-Type is no media type, or not one that this path takes. */
	UNSUPPORTED_MEDIA_TYPE(Outcome.REJECTED, HttpStatus.UNSUPPORTED_MEDIA_TYPE, 0,
			"The Content-Type is not one that this path takes."),

	/** The key was used for a message with another content. */
	KEY_REUSED(Outcome.REJECTED, HttpStatus.UNPROCESSABLE_CONTENT, 0,
			"This Idempotency-Key was used for a message with another content type or body."),

	/** More is in hand already than can be published in time. */
	OVERLOADED(Outcome.REJECTED, HttpStatus.TOO_MANY_REQUESTS, 1,
			"More is in hand already than can be published in time; send it again later."),

	/** The request header is larger than the server reads. */
	HEADER_TOO_LARGE(Outcome.REJECTED, HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, 0,
			"The request header is larger than the server reads."),

	/** There is no connection to the broker. */
	BROKER_UNAVAILABLE(Outcome.REJECTED, HttpStatus.SERVICE_UNAVAILABLE, 2,
			"There is no connection to the broker; send it again later."),

	/** The broker takes no messages: it is out of memory or disk space. */
	BROKER_BLOCKED(Outcome.REJECTED, HttpStatus.SERVICE_UNAVAILABLE, 5,
			"The broker is out of memory or disk space and takes no messages; send it again later."),

	/** The broker refused to store the message. */
	NACKED(Outcome.REJECTED, HttpStatus.SERVICE_UNAVAILABLE, 2,
			"The broker refused to store the message; send it again later."),

	/** The broker has no queue for the message. */
	UNROUTABLE(Outcome.REJECTED, HttpStatus.SERVICE_UNAVAILABLE, 5,
			"The broker has no queue for the message; send it again later."),

	/** The broker did not confirm before the deadline. */
	CONFIRM_TIMEOUT(Outcome.UNKNOWN, HttpStatus.GATEWAY_TIMEOUT, 1,
			"The broker did not confirm in time, so the message may be stored; send it again with its messageId as Idempotency-Key."),

	/** The connection ended before the broker had confirmed. */
	CONNECTION_LOST(Outcome.UNKNOWN, HttpStatus.GATEWAY_TIMEOUT, 1,
			"The connection ended before the broker had confirmed, so the message may be stored; send it again with its messageId as Idempotency-Key."),

	/** A defect of the service. */
	INTERNAL_ERROR(Outcome.UNKNOWN, HttpStatus.INTERNAL_SERVER_ERROR, 0,
			"The service failed; send it again with the same Idempotency-Key.");

	private final Outcome outcome;

	private final HttpStatus status;

	private final int retryAfter;

	private final String detail;

	private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

	private final URI type = URI.create(ProblemPages.PATH + "/" + this.text);

	Reason(Outcome outcome, HttpStatus status, int retryAfter, String detail) {
		this.outcome = outcome;
		this.status = status;
		this.retryAfter = retryAfter;
		this.detail = detail;
	}

	Outcome outcome() {
		return this.outcome;
	}

	HttpStatus status() {
		return this.status;
	}

	/** Seconds after which a repeat makes sense; 0 where it needs another request. */
	int retryAfter() {
		return this.retryAfter;
	}

	/** One sentence for the client. */
	String detail() {
		return this.detail;
	}

	String text() {
		return this.text;
	}

	/**
	 * The type of its problems: where {@link ProblemPages} explains it, on whichever host
	 * the client has asked.
	 */
	URI type() {
		return this.type;
	}

}
