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

	private final transient ByteBudget budget;

	private final transient Answers answers;

	MessageServlet(MessageReader reader, MessagePublisher publisher, ByteBudget budget, ProducerMetrics metrics,
			Answers answers, PublishSettings settings) {
		super(PATH, MediaType.APPLICATION_JSON, publisher, metrics, answers, settings);
		this.reader = reader;
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
		refuseInVain(key);
		ByteBudget.Part room = this.budget.part();
		IncomingMessage message;
		CompletableFuture<Answer> published;
		try {
			message = this.reader.read(request, key, room);
			room.giveBackAllBut(message.body().length);
			published = publisher().publish(message).whenComplete((answer, ex) -> room.giveBackAllBut(0));
		}
		catch (RefusedException ex) {
			room.giveBackAllBut(0);
			throw honest(ex, key);
		}
		catch (Throwable ex) { // there may be no memory for the body
			room.giveBackAllBut(0);
			throw ex;
		}
		String messageId = message.messageId();
		String path = request.getRequestURI();
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
