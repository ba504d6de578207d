package dev.waybill.producer;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * Sends the live page its state each second, as server-sent events.
 * <p>
 * Each page has a thread, which a slow client keeps from nobody but itself.
 */
final class LiveServlet extends HttpServlet implements ApplicationListener<ContextClosedEvent> {

	static final String PATH = "/live";

	private static final long serialVersionUID = 1L;

	private static final int MOST_PAGES = 100;

	private static final long PERIOD_MILLIS = TimeUnit.SECONDS.toMillis(1);

	private final transient LiveState state;

	private final transient Answers answers;

	private final Semaphore pages = new Semaphore(MOST_PAGES);

	private volatile boolean stopping;

	LiveServlet(LiveState state, Answers answers) {
		this.state = state;
		this.answers = answers;
	}

	@Override
	protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (this.stopping || !this.pages.tryAcquire()) {
			Reason reason = Reason.OVERLOADED;
			this.answers.problem(response, PATH, Settlement.of(reason), reason,
					this.stopping ? "The service stops." : "There are " + MOST_PAGES + " live pages already.", null);
			return;
		}
		try {
			response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
			response.setCharacterEncoding(StandardCharsets.UTF_8);
			response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
			send(response.getWriter());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.pages.release();
		}
	}

	/** The web server waits for its requests, so these end before it stops. */
	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		this.stopping = true;
	}

	private void send(PrintWriter page) throws InterruptedException {
		page.write("retry: " + PERIOD_MILLIS + "\n\n");
		while (!this.stopping) {
			page.write("data: " + this.state.json() + "\n\n");
			if (page.checkError()) { // flushes; the client is gone
				return;
			}
			// At the same time for all, so that one reading does.
			Thread.sleep(PERIOD_MILLIS - System.currentTimeMillis() % PERIOD_MILLIS);
		}
	}

}
