package dev.waybill.contract;

import org.jspecify.annotations.Nullable;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Which message a line of the log is about; what is not known is null.
 *
 * @param messageId its id
 * @param source who numbered it
 * @param sequence its number, known where the source is
 * @param traceId its trace
 */
public record About(@Nullable String messageId, @Nullable Long source, @Nullable Long sequence,
		@Nullable String traceId) {

	/** None, or nobody knows which. */
	public static final About NOTHING = new About(null, null, null, null);

	/** As people read it, at the end of a line. */
	String text() {
		StringBuilder text = new StringBuilder();
		add(text, "message ", (this.messageId != null) ? FailureLog.oneLine(this.messageId) : null);
		add(text, "source ", (this.source != null) ? Waybill.sourceText(this.source) : null);
		add(text, "sequence ", this.sequence);
		add(text, "trace ", this.traceId);
		return text.isEmpty() ? "" : text.insert(0, " (").append(')').toString();
	}

	/** As programs read it. */
	void addTo(LoggingEventBuilder line) {
		if (this.messageId != null) {
			line.addKeyValue("waybill.message-id", this.messageId);
		}
		if (this.source != null) {
			line.addKeyValue("waybill.source", Waybill.sourceText(this.source));
		}
		if (this.sequence != null) {
			line.addKeyValue("waybill.sequence", this.sequence);
		}
		if (this.traceId != null) {
			line.addKeyValue("trace.id", this.traceId);
		}
	}

	private static void add(StringBuilder text, String name, @Nullable Object value) {
		if (value != null) {
			text.append(text.isEmpty() ? "" : ", ").append(name).append(value);
		}
	}

}
