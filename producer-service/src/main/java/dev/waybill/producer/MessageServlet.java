package dev.waybill.producer;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

import dev.waybill.producer.MessagePublisher.Answer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.MediaType;

/** Answers for each message when its outcome is known. */
final class MessageServlet extends PublishServlet {

	static final String PATH = "/messages";

	private static final long serialVersionUID = 1L;

	private final transient MessageReader reader;

	private final transient MessagePublisher publisher;

	private final transient ByteBudget budget;

	private final transient Answers answers;

	MessageServlet(MessageReader reader, MessagePublisher publisher, ByteBudget budget, ProducerMetrics metrics,
			Answers answers, PublishSettings settings) {
		super(PATH, MediaType.APPLICATION_JSON, metrics, answers, settings);
		this.reader = reader;
		this.publisher = publisher;
		this.budget = budget;
		this.answers = answers;
	}

	@Override
	@Nullable String key(HttpServletRequest request) {
		return this.reader.key(request);
	}

	@Override
	void publish(HttpServletRequest request, HttpServletResponse response, @Nullable String key, String type)
			throws IOException {
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
		int length = message.body().length;
		this.budget.giveBack(bytes - length);
		String messageId = message.messageId();
		String path = request.getRequestURI();
		CompletableFuture<Answer> published = this.publisher.publish(message)
			.whenComplete((answer, ex) -> this.budget.giveBack(length));
		if (published.isDone()) {
			answer(published.join(), response, type, path, messageId);
			return;
		}
		Exchange exchange = new Exchange(request.startAsync(request, response), longestWait(),
				() -> answer(new Answer(Settlement.of(Reason.INTERNAL_ERROR), false), response, type, path, messageId),
				() -> {
				});
		published.thenAccept((answer) -> exchange.answer(() -> answer(answer, response, type, path, messageId)));
	}

	private void answer(Answer answer, HttpServletResponse response, String type, String path, String messageId)
			throws IOException {
		Settlement settlement = answer.settlement();
		Reason reason = settlement.reason();
		if (reason == null) {
			this.answers.accepted(response, type, messageId, answer.replayed());
		}
		else {
			this.answers.problem(response, path, settlement, reason, reason.detail(), messageId);
		}
	}

}
