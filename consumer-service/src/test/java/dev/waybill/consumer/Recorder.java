package dev.waybill.consumer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.waybill.testing.Eventually;

/** A processor that keeps what it is handed, and does with it what the test says. */
final class Recorder implements MessageProcessor {

	private final List<ReceivedMessage> attempts = new CopyOnWriteArrayList<>();

	private final List<ReceivedMessage> done = new CopyOnWriteArrayList<>();

	private volatile MessageProcessor effect;

	Recorder() {
		this((message) -> {
		});
	}

	Recorder(MessageProcessor effect) {
		this.effect = effect;
	}

	/** Fails each message whose body begins with "poison". */
	static Recorder failingPoison() {
		return new Recorder((message) -> {
			if (text(message).startsWith("poison")) {
				throw new IllegalStateException("cannot digest " + text(message));
			}
		});
	}

	static String text(ReceivedMessage message) {
		return new String(message.body(), StandardCharsets.UTF_8);
	}

	@Override
	public void process(ReceivedMessage message) throws Exception {
		this.attempts.add(message);
		this.effect.process(message);
		this.done.add(message);
	}

	void effect(MessageProcessor effect) {
		this.effect = effect;
	}

	List<ReceivedMessage> attempts() {
		return this.attempts;
	}

	List<ReceivedMessage> done() {
		return this.done;
	}

	List<String> doneIds() {
		return this.done.stream().map(ReceivedMessage::messageId).toList();
	}

	void awaitAttempts(int count) {
		Eventually.within(Duration.ofSeconds(40), () -> this.attempts.size() >= count);
	}

	void awaitDone(int count) {
		Eventually.within(Duration.ofSeconds(40), () -> this.done.size() >= count);
	}

}
