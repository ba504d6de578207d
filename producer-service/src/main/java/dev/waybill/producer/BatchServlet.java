package dev.waybill.producer;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.waybill.contract.About;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * Publishes each line of a batch as it is read, and answers when all are settled.
 * <p>
 * It reads slower where there is no room. Until a line has been taken in a request may be
 * refused as a whole; from then on each line is told its own outcome, and one that is not
 * read speaks for all after it. Long because each way in which a line or a body may end
 * gives back what it has taken, and says so.
 */
final class BatchServlet extends PublishServlet {

	static final String PATH = "/messages/batch";

	/** The request attribute that holds a batch which the error page must answer. */
	static final String ANSWER = BatchServlet.class.getName() + ".answer";

	private static final long serialVersionUID = 1L;

	private static final Logger logger = LoggerFactory.getLogger(BatchServlet.class);

	private static final String AND_ALL_AFTER = "; this line and all after it were not read";

	private final transient MessageReader reader;

	private final transient BatchShare share;

	private final transient ProducerMetrics metrics;

	private final transient Answers answers;

	private final transient PublishSettings publish;

	private final transient BatchSettings settings;

	BatchServlet(MessageReader reader, MessagePublisher publisher, BatchShare share, ProducerMetrics metrics,
			Answers answers, PublishSettings publish, BatchSettings settings) {
		super(PATH, MediaType.APPLICATION_NDJSON, publisher, metrics, answers, publish);
		this.reader = reader;
		this.share = share;
		this.metrics = metrics;
		this.answers = answers;
		this.publish = publish;
		this.settings = settings;
	}

	@Override
	@Nullable String key(HttpServletRequest request) {
		String key = this.reader.key(request);
		int longest = MessageReader.LONGEST_KEY - ("/" + (this.settings.maxLines() - 1)).length();
		if (key != null && key.length() > longest) {
			throw new RefusedException(Reason.MALFORMED, "The Idempotency-Key of a batch has " + key.length()
					+ " characters; allowed are up to " + longest + ", since each line's is this one, / and its index",
					null);
		}
		return key;
	}

	@Override
	void publish(HttpServletRequest request, HttpServletResponse response, @Nullable String key, String type)
			throws IOException {
		checkHeaders(request, key);
		refuseInVain(key);
		if (!this.share.begin()) {
			throw refused(Reason.OVERLOADED, "There are " + this.settings.concurrent() + " batches in hand already",
					key, 0);
		}
		boolean handedOn = false;
		try {
			CompletableFuture<@Nullable Void> settled = new CompletableFuture<>();
			Batch batch = new Batch(() -> settled.complete(null));
			boolean whole = read(request, batch, key);
			batch.complete();
			if (!whole) {
				// Where the server saw that itself it lets nobody write, and has
				// the error page answer when this returns.
				settled.completeOnTimeout(null, longestWait(), TimeUnit.MILLISECONDS).join();
				request.setAttribute(ANSWER, batch);
				this.answers.batch(response, type, batch);
				return;
			}
			handedOn = answer(request, response, type, batch, settled);
		}
		finally {
			if (!handedOn) {
				this.share.end();
			}
		}
	}

	/** Answers, or has an exchange do it, which then ends the share of the batch. */
	private boolean answer(HttpServletRequest request, HttpServletResponse response, String type, Batch batch,
			CompletableFuture<@Nullable Void> settled) throws IOException {
		Exchange.Answer answer = () -> this.answers.batch(response, type, batch);
		if (ProblemErrorReportValve.isNotReadOn(request)) {
			settled.completeOnTimeout(null, longestWait(), TimeUnit.MILLISECONDS).join();
		}
		if (settled.isDone()) {
			answer.write();
			return false;
		}
		Exchange exchange = new Exchange(request.startAsync(request, response), longestWait(), answer, this.share::end);
		settled.thenRun(() -> exchange.answerAtLength(answer));
		return true;
	}

	private void checkHeaders(HttpServletRequest request, @Nullable String key) {
		String type = request.getContentType();
		if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(MediaType.APPLICATION_NDJSON_VALUE)) {
			throw new RefusedException(Reason.UNSUPPORTED_MEDIA_TYPE,
					"The Content-Type of a batch is " + MediaType.APPLICATION_NDJSON_VALUE, key);
		}
		if (request.getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
			throw new RefusedException(Reason.UNSUPPORTED_MEDIA_TYPE, "A batch may have no Content-Encoding", key);
		}
		if (request.getContentLengthLong() > this.settings.maxSize().toBytes()) {
			throw new RefusedException(Reason.TOO_LARGE,
					"The body is larger than " + this.settings.maxSize().toBytes() + " bytes", key);
		}
	}

	/** Reads on until the end, or a limit; false where the body broke off. */
	private boolean read(HttpServletRequest request, Batch batch, @Nullable String key) throws IOException {
		long end = System.nanoTime() + this.settings.timeLimit().toNanos();
		LineReader lines = new LineReader(request.getInputStream(), request.getContentLengthLong(),
				(int) this.publish.maxMessageSize().toBytes(), this.settings.maxSize().toBytes(), end, this.share);
		RefusedException refusal = null;
		boolean whole = true;
		try {
			while (!lines.isAtEnd() && refusal == null) {
				if (batch.size() < this.settings.maxLines()) {
					take(lines, batch, key, end);
				}
				else {
					refusal = new RefusedException(Reason.TOO_LARGE,
							"A batch has at most " + this.settings.maxLines() + " lines", key);
				}
			}
		}
		catch (BeyondLimitException ex) {
			refusal = new RefusedException(ex.reason(), "Limit: " + ex.getMessage(), key);
		}
		catch (IOException ex) {
			// The client is gone or slow, or its chunks are wrong.
			whole = false;
			refusal = new RefusedException(Reason.MALFORMED,
					"The body could not be read to its end: " + ex.getMessage(), key);
		}
		catch (InterruptedException ex) { // the server stops
			Thread.currentThread().interrupt();
			refusal = new RefusedException(Reason.OVERLOADED, "The service stops", key);
		}
		if (batch.size() == 0) {
			throw (refusal != null) ? refused(refusal.reason(), refusal.detail(), key, 0)
					: new RefusedException(Reason.MALFORMED, "The body has no line", key);
		}
		if (refusal != null) {
			if (refusal.reason() == Reason.TOO_SLOW) {
				ProblemErrorReportValve.doNotReadOn(request);
			}
			int index = batch.add();
			refuse(batch, index, refused(refusal.reason(), refusal.detail() + AND_ALL_AFTER, key, index), key,
					System.nanoTime());
		}
		return whole;
	}

	/** Takes in one line, or says why not. */
	private void take(LineReader lines, Batch batch, @Nullable String key, long end)
			throws IOException, InterruptedException {
		long started = System.nanoTime();
		byte[] body;
		try {
			body = lines.next(patience(end));
		}
		catch (RefusedException ex) {
			refuse(batch, batch.add(), ex, key, started);
			return;
		}
		int index = batch.add();
		String given = (key != null) ? key + "/" + index : null;
		boolean taken = false;
		try {
			IncomingMessage message = this.reader.line(body, given);
			taken = this.share.takeLine(patience(end));
			if (!taken) {
				throw new RefusedException(Reason.OVERLOADED, Reason.OVERLOADED.detail(), given);
			}
			publisher().publishWithPatience(message).thenAccept((answer) -> {
				this.share.giveBackLine();
				this.share.giveBack(body.length);
				batch.settle(index, new Batch.Line(message.messageId(), answer.settlement(), answer.replayed(), null));
			});
		}
		catch (RefusedException ex) {
			this.share.giveBack(body.length);
			refuse(batch, index, ex, key, started);
		}
		catch (InterruptedException ex) {
			this.share.giveBack(body.length);
			refuse(batch, index, new RefusedException(Reason.OVERLOADED, "The service stops", key), key, started);
			throw ex;
		}
		catch (RuntimeException | Error ex) {
			publisher().failures()
				.tell(logger, Level.ERROR, "defect: " + ex.getClass().getName(), new About(given, null, null, null),
						() -> "A line of a batch failed unexpectedly", ex);
			this.share.giveBack(body.length);
			if (taken) {
				this.share.giveBackLine();
			}
			batch.settle(index, new Batch.Line((given != null) ? given : MessageIds.next(),
					Settlement.of(Reason.INTERNAL_ERROR), false, null));
		}
	}

	private void refuse(Batch batch, int index, RefusedException refusal, @Nullable String key, long started) {
		String id = (key != null) ? key + "/" + index : MessageIds.next();
		Settlement settlement = honest(refusal, (key != null) ? id : null).settlement();
		this.metrics.attempted();
		this.metrics.settled(settlement, started);
		batch.settle(index, new Batch.Line(id, settlement, false, refusal.detail()));
	}

	/**
	 * A refusal of this line and all after it; unknown where an earlier attempt of one of
	 * them may be stored.
	 */
	private RefusedException refused(Reason reason, String detail, @Nullable String key, int first) {
		RefusedException refusal = new RefusedException(reason, detail, key);
		for (int index = first; key != null && index < this.settings.maxLines(); index++) {
			RefusedException honest = honest(refusal, key + "/" + index);
			if (honest != refusal) {
				return honest;
			}
		}
		return refusal;
	}

	/** How long a line may wait: as long as its batch may take, and not for ever. */
	private long patience(long end) {
		return Math.max(0, Math.min(end - System.nanoTime(), this.publish.deadline().toNanos() / 2));
	}

}
