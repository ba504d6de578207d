package dev.waybill.producer;

import java.io.IOException;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request that waits for its answer without a thread; decides which answer is the
 * one, and keeps the server from taking the response back while that is written.
 */
final class Exchange implements AsyncListener {

	private static final Logger logger = LoggerFactory.getLogger(Exchange.class);

	private final AsyncContext context;

	private final Answer tooLate;

	private final Runnable end;

	private volatile boolean over;

	/**
	 * Begins to wait.
	 * @param context of the request
	 * @param millis how long at most
	 * @param tooLate the answer if there was none until then
	 * @param end run once, when it is over
	 */
	Exchange(AsyncContext context, long millis, Answer tooLate, Runnable end) {
		this.context = context;
		this.end = end;
		this.tooLate = tooLate;
		context.setTimeout(millis);
		context.addListener(this);
	}

	/**
	 * Answers, unless that has been done or the client is gone. Does not wait for the
	 * client where the answer fits the response's buffer: a thread of the server sends
	 * what is there.
	 */
	synchronized void answer(Answer answer) {
		if (this.over) {
			return;
		}
		try {
			answer.write();
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("A client did not get its answer", ex);
		}
		finally {
			end();
			this.context.complete();
		}
	}

	/** The same for an answer of any length, by a thread of the server. */
	synchronized void answerAtLength(Answer answer) {
		if (!this.over) {
			this.context.start(() -> answer(answer));
		}
	}

	private synchronized void ended() {
		end();
	}

	private void end() {
		if (!this.over) {
			this.over = true;
			this.end.run();
		}
	}

	@Override
	public void onTimeout(AsyncEvent event) {
		answer(this.tooLate);
	}

	@Override
	public void onError(AsyncEvent event) {
		ended();
	}

	@Override
	public void onComplete(AsyncEvent event) {
		// Mostly we are the ones who completed it, and still hold the lock.
		if (!this.over) {
			ended();
		}
	}

	@Override
	public void onStartAsync(AsyncEvent event) {
		// Nobody starts it twice.
	}

	/** Writes an answer into the response's buffer. */
	interface Answer {

		void write() throws IOException;

	}

}
