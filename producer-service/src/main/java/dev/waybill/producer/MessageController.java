package dev.waybill.producer;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Answers for each message when its outcome is known. */
@RestController
class MessageController {

	/** The request attribute that holds the message's id as soon as it is known. */
	static final String MESSAGE_ID = MessageController.class.getName() + ".messageId";

	/** Every publish is settled by its deadline; this is for a defect only. */
	private static final long LONGEST_WAIT_FACTOR = 2;

	private final MessageReader reader;

	private final MessagePublisher publisher;

	private final ByteBudget budget;

	private final ProducerMetrics metrics;

	private final String instance;

	private final long longestWait;

	MessageController(MessageReader reader, MessagePublisher publisher, ByteBudget budget, ProducerMetrics metrics,
			ProducerInstance instance, PublishSettings settings) {
		this.reader = reader;
		this.publisher = publisher;
		this.budget = budget;
		this.metrics = metrics;
		this.instance = instance.name();
		this.longestWait = LONGEST_WAIT_FACTOR * settings.deadline().toMillis();
	}

	@PostMapping(path = "/messages",
			produces = { MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE })
	DeferredResult<ResponseEntity<Object>> post(HttpServletRequest request) {
		long started = System.nanoTime();
		try {
			return publish(request);
		}
		catch (RefusedException ex) {
			this.metrics.attempted();
			this.metrics.settled(ex.settlement(), started);
			throw ex;
		}
	}

	private DeferredResult<ResponseEntity<Object>> publish(HttpServletRequest request) {
		String key = this.reader.key(request);
		request.setAttribute(MESSAGE_ID, key);
		Reason refusal = (key == null) ? this.publisher.refusal() : null;
		if (refusal != null) {
			// With a key, an earlier answer may have to be repeated: that needs the body.
			throw new RefusedException(refusal, refusal.detail(), null);
		}
		int bytes = this.reader.bytesToTake(request, key);
		if (!this.budget.tryTake(bytes)) {
			RefusedException refused = new RefusedException(Reason.OVERLOADED, Reason.OVERLOADED.detail(), key);
			throw (key != null && this.publisher.mayBeStored(key)) ? refused.withUnknownCopy() : refused;
		}
		IncomingMessage message;
		try {
			message = this.reader.read(request, key);
		}
		catch (Throwable ex) { // there may be no memory for the body
			this.budget.giveBack(bytes);
			throw ex;
		}
		this.budget.giveBack(bytes - message.body().length);
		request.setAttribute(MESSAGE_ID, message.messageId());
		return publish(message);
	}

	private DeferredResult<ResponseEntity<Object>> publish(IncomingMessage message) {
		String messageId = message.messageId();
		int bytes = message.body().length;
		DeferredResult<ResponseEntity<Object>> result = new DeferredResult<>(this.longestWait,
				() -> answer(Settlement.of(Reason.INTERNAL_ERROR), false, messageId));
		this.publisher.publish(message).thenAccept((answer) -> {
			this.budget.giveBack(bytes);
			result.setResult(answer(answer.settlement(), answer.replayed(), messageId));
		});
		return result;
	}

	private ResponseEntity<Object> answer(Settlement settlement, boolean replayed, String messageId) {
		Reason reason = settlement.reason();
		if (reason != null) {
			return Problems.of(settlement, reason, reason.detail(), messageId);
		}
		ResponseEntity.BodyBuilder answer = ResponseEntity.accepted();
		String location = MessageLocation.of(messageId);
		if (location != null) {
			answer.header(HttpHeaders.LOCATION, location);
		}
		if (replayed) {
			answer.header("Idempotency-Replayed", "true");
		}
		return answer.body(new Accepted(messageId, this.instance, settlement.outcome().text()));
	}

	/**
	 * The body of a 202.
	 *
	 * @param messageId the message's id
	 * @param instance the producer that has it
	 * @param outcome always {@code accepted}
	 */
	record Accepted(String messageId, String instance, String outcome) {
	}

}
