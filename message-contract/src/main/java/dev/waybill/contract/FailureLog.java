package dev.waybill.contract;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Decides which failures are told: of each cause ten in a minute, a line each, and then
 * in one line how many more there were.
 */
public final class FailureLog implements AutoCloseable {

	/** Of each cause in a minute. */
	static final int LINES = 10;

	/** Beyond so many at the same time, they count as one. */
	static final int CAUSES = 100;

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final String OTHERS = "others";

	/** Control characters, of Unicode's too, and its separators of lines. */
	private static final Pattern BREAKS = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

	private final Map<String, Window> windows = new HashMap<>();

	private final LongSupplier nanos;

	private final BiConsumer<Runnable, Duration> later;

	public FailureLog() {
		this(System::nanoTime, (task,
				delay) -> CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS).execute(task));
	}

	/**
	 * With a clock of its own.
	 * @param nanos the time, as {@link System#nanoTime()}
	 * @param later runs a task after a while
	 */
	FailureLog(LongSupplier nanos, BiConsumer<Runnable, Duration> later) {
		this.nanos = nanos;
		this.later = later;
	}

	/**
	 * Tells a failure, unless enough of its cause have been told.
	 * @param logger whose line it is
	 * @param level how bad it is
	 * @param cause what it has in common with others; one of few
	 * @param about the message that it is about
	 * @param text what happened, in one line
	 */
	public void tell(Logger logger, Level level, String cause, About about, Supplier<String> text) {
		tell(logger, level, cause, about, text, null);
	}

	/** The same for a defect, whose stack trace is for whoever mends it. */
	public void tell(Logger logger, Level level, String cause, About about, Supplier<String> text,
			@Nullable Throwable defect) {
		if (!logger.isEnabledForLevel(level) || !isTold(logger, cause)) {
			return;
		}
		LoggingEventBuilder line = logger.atLevel(level).addKeyValue("waybill.cause", cause);
		about.addTo(line);
		if (defect != null) {
			line = line.setCause(defect);
		}
		line.log(text.get() + about.text());
	}

	/** A text that a foreign program may have chosen, with nothing that ends a line. */
	public static String oneLine(String text) {
		return BREAKS.matcher(text).replaceAll(" ");
	}

	/** Tells how many were left out that nobody has been told of. */
	@Override
	public void close() {
		List<Window> open;
		synchronized (this.windows) {
			open = List.copyOf(this.windows.values());
			this.windows.clear();
		}
		open.forEach(Window::sumUp);
	}

	private boolean isTold(Logger logger, String cause) {
		Window over = null;
		boolean told;
		synchronized (this.windows) {
			String key = (this.windows.size() < CAUSES || this.windows.containsKey(cause)) ? cause : OTHERS;
			long now = this.nanos.getAsLong();
			Window window = this.windows.get(key);
			// The end of its minute may be told late.
			if (window != null && now - window.begun >= MINUTE.toNanos()) {
				over = window;
				window = null;
			}
			if (window == null) {
				Window fresh = new Window(logger, key, now);
				this.windows.put(key, fresh);
				this.later.accept(() -> end(fresh), MINUTE);
				window = fresh;
			}
			told = window.failures++ < LINES;
		}
		if (over != null) {
			over.sumUp();
		}
		return told;
	}

	private void end(Window window) {
		boolean open;
		synchronized (this.windows) {
			open = this.windows.remove(window.cause, window);
		}
		if (open) {
			window.sumUp();
		}
	}

	/** A minute of one cause; under the lock until it is taken out. */
	private static final class Window {

		private final Logger logger;

		private final String cause;

		private final long begun;

		private int failures;

		Window(Logger logger, String cause, long begun) {
			this.logger = logger;
			this.cause = cause;
			this.begun = begun;
		}

		void sumUp() {
			int leftOut = this.failures - LINES;
			if (leftOut > 0) {
				this.logger.atWarn()
					.addKeyValue("waybill.cause", this.cause)
					.addKeyValue("waybill.left-out", leftOut)
					.log("{} more of the cause {} were left out within a minute", leftOut, this.cause);
			}
		}

	}

}
