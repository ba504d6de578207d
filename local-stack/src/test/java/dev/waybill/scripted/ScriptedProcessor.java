package dev.waybill.scripted;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.waybill.consumer.MessageProcessor;
import dev.waybill.consumer.ReceivedMessage;
import dev.waybill.consumer.UnprocessableMessageException;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/**
 * A user's own processor, which does as the body of a message says and writes down what
 * it did.
 */
@ConditionalOnProperty(name = "spring.application.name", havingValue = "waybill-consumer")
public final class ScriptedProcessor implements MessageProcessor {

	/** A message that begins so fails at each attempt. */
	public static final String POISON = "poison";

	/** One that begins so can never be processed. */
	public static final String UNPROCESSABLE = "unprocessable";

	private static final List<ReceivedMessage> attempts = new CopyOnWriteArrayList<>();

	private static final List<ReceivedMessage> done = new CopyOnWriteArrayList<>();

	@Override
	public void process(ReceivedMessage message) throws UnprocessableMessageException {
		attempts.add(message);
		if (text(message).startsWith(POISON)) {
			throw new IllegalStateException("cannot digest " + text(message));
		}
		if (text(message).startsWith(UNPROCESSABLE)) {
			throw new UnprocessableMessageException("no such account");
		}
		done.add(message);
	}

	/** Each attempt at a message. */
	public static List<ReceivedMessage> attemptsAt(String messageId) {
		return attempts.stream().filter((message) -> messageId.equals(message.messageId())).toList();
	}

	/** What was processed, in order, with every repeat. */
	public static List<ReceivedMessage> done() {
		return List.copyOf(done);
	}

	/** The ids of what was processed, with every repeat. */
	public static List<String> doneIds() {
		return done.stream().map(ReceivedMessage::messageId).filter(Objects::nonNull).toList();
	}

	public static void forget() {
		attempts.clear();
		done.clear();
	}

	private static String text(ReceivedMessage message) {
		return new String(message.body(), StandardCharsets.UTF_8);
	}

}
