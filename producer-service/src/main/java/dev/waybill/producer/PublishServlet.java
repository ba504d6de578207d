package dev.waybill.producer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import dev.waybill.contract.About;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.util.UriUtils;

/**
 * Decides what every path for publishing has in common: its method, the types of its
 * answers, and how a request is told that it is refused.
 * <p>
 * A servlet, since the way through Spring MVC and back costs more than the publish.
 */
abstract class PublishServlet extends HttpServlet {

	private static final long serialVersionUID = 1L;

	private static final Logger logger = LoggerFactory.getLogger(PublishServlet.class);

	/** Every publish is settled by its deadline; this is for a defect only. */
	private static final long LONGEST_WAIT_FACTOR = 2;

	private final String path;

	private final transient AnswerTypes types;

	private final transient MessagePublisher publisher;

	private final transient ProducerMetrics metrics;

	private final transient Answers answers;

	private final long longestWait;

	PublishServlet(String path, MediaType answer, MessagePublisher publisher, ProducerMetrics metrics, Answers answers,
			PublishSettings settings) {
		this.publisher = publisher;
		this.path = path;
		this.types = new AnswerTypes(answer, MediaType.APPLICATION_PROBLEM_JSON);
		this.metrics = metrics;
		this.answers = answers;
		this.longestWait = LONGEST_WAIT_FACTOR * settings.deadline().toMillis();
	}

	/**
	 * Publishes and answers.
	 * @param type the media type of the answer if it is no problem
	 * @throws RefusedException where nothing was published
	 */
	abstract void publish(HttpServletRequest request, HttpServletResponse response, @Nullable String key, String type)
			throws IOException;

	/** The client's key, or null where there is none. */
	abstract @Nullable String key(HttpServletRequest request);

	final MessagePublisher publisher() {
		return this.publisher;
	}

	/** Milliseconds after which a request is answered whatever has happened. */
	long longestWait() {
		return this.longestWait;
	}

	/**
	 * Refuses what would be turned away whatever it is; but for what has a key, since an
	 * earlier answer may have to be repeated, and that needs the body.
	 */
	final void refuseInVain(@Nullable String key) {
		Reason refusal = (key == null) ? this.publisher.refusal() : null;
		if (refusal != null) {
			throw new RefusedException(refusal, refusal.detail(), null);
		}
	}

	/**
	 * A refusal that says unknown where there was no room or no time to look at the
	 * message, and an earlier attempt with its key may be stored.
	 */
	final RefusedException honest(RefusedException refusal, @Nullable String key) {
		boolean notLookedAt = refusal.reason() == Reason.OVERLOADED || refusal.reason() == Reason.TOO_SLOW;
		boolean mayBeStored = key != null && notLookedAt && this.publisher.mayBeStored(key);
		return mayBeStored ? refusal.withUnknownCopy() : refusal;
	}

	@Override
	protected final void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (!isOwnPath(request)) {
			problem(request, response, Reason.NOT_FOUND, Reason.NOT_FOUND.detail(), null);
			return;
		}
		switch (request.getMethod()) {
			case "POST" -> doPost(request, response);
			case "OPTIONS" -> doOptions(request, response);
			default -> {
				response.setHeader(HttpHeaders.ALLOW, "POST");
				problem(request, response, Reason.METHOD_NOT_ALLOWED, Reason.METHOD_NOT_ALLOWED.detail(), null);
			}
		}
	}

	@Override
	protected final void doOptions(HttpServletRequest request, HttpServletResponse response) {
		response.setHeader(HttpHeaders.ALLOW, "POST,OPTIONS");
	}

	@Override
	protected final void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
		long started = System.nanoTime();
		String type = this.types.choose(request);
		if (type == null) {
			response.setHeader(HttpHeaders.ACCEPT, this.types.all());
			problem(request, response, Reason.NOT_ACCEPTABLE, this.types.refusal(), null);
			return;
		}
		String key = null;
		try {
			key = key(request);
			publish(request, response, key, type);
		}
		catch (RefusedException ex) {
			if (ex.reason() == Reason.TOO_SLOW) {
				ProblemErrorReportValve.doNotReadOn(request);
			}
			this.metrics.attempted();
			this.metrics.settled(ex.settlement(), started);
			this.answers.problem(response, request.getRequestURI(), ex.settlement(), ex.reason(), ex.detail(),
					ex.messageId());
		}
		catch (RuntimeException | Error ex) { // there may be no memory for the body
			this.publisher.failures()
				.tell(logger, Level.ERROR, "defect: " + ex.getClass().getName(), new About(key, null, null, null),
						() -> "A request failed unexpectedly", ex);
			problem(request, response, Reason.INTERNAL_ERROR, Reason.INTERNAL_ERROR.detail(), key);
		}
	}

	/** The server takes "//messages" and "/messages/." for this path too. */
	private boolean isOwnPath(HttpServletRequest request) {
		String own = request.getContextPath() + this.path;
		String asked = request.getRequestURI();
		return asked.equals(own) || UriUtils.decode(asked.split(";", 2)[0], StandardCharsets.UTF_8).equals(own);
	}

	private void problem(HttpServletRequest request, HttpServletResponse response, Reason reason, String detail,
			@Nullable String messageId) throws IOException {
		this.answers.problem(response, request.getRequestURI(), Settlement.of(reason), reason, detail, messageId);
	}

}
