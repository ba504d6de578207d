package dev.waybill.consumer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import dev.waybill.testing.Eventually;

/** A processor that keeps what it is handed, and does with it what the test says. */
final class Recorder implements MessageProcessor {

	private final List<ReceivedMessage> attempts = Collections.synchronizedList(new ArrayList<>());

	private final List<Long> begun = Collections.synchronizedList(new ArrayList<>());

	private final List<ReceivedMessage> done = Collections.synchronizedList(new ArrayList<>());

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
		this.begun.add(System.nanoTime());
		this.attempts.add(message);
		this.effect.process(message);
		this.done.add(message);
	}

	void effect(MessageProcessor effect) {
		this.effect = effect;
	}

	List<ReceivedMessage> attempts() {
		synchronized (this.attempts) {
			return List.copyOf(this.attempts);
		}
	}

	/** How long after the one before each attempt but the first began. */
	List<Duration> gaps() {
		synchronized (this.begun) {
			return IntStream.range(1, this.begun.size())
				.mapToObj((i) -> Duration.ofNanos(this.begun.get(i) - this.begun.get(i - 1)))
				.toList();
		}
	}

	List<ReceivedMessage> done() {
		synchronized (this.done) {
			return List.copyOf(this.done);
		}
	}

	List<String> doneIds() {
		return done().stream().map(ReceivedMessage::messageId).toList();
	}

	void awaitAttempts(int count) {
		Eventually.within(Duration.ofSeconds(40), () -> this.attempts.size() >= count);
	}

	void awaitDone(int count) {
		Eventually.within(Duration.ofSeconds(40), () -> this.done.size() >= count);
	}

}
