package dev.waybill.consumer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

import dev.waybill.contract.FailureLog;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Decides what a line of log says of what a processor threw: what and where, and nothing
 * that may be of the message's body, as the text of an exception often is, unless asked.
 */
final class FailureText {

	private static final int MOST_CAUSES = 5;

	private final int most;

	FailureText(Settings settings) {
		this.most = (int) settings.body().toBytes();
	}

	/** Tells it in one line. */
	String of(Throwable failure, byte[] body) {
		StringBuilder text = new StringBuilder();
		Throwable thrown = failure;
		for (int i = 0; thrown != null && i < MOST_CAUSES; i++) {
			text.append((i == 0) ? "" : ", caused by ").append(thrown.getClass().getName());
			if (this.most > 0 && thrown.getMessage() != null) {
				text.append(": ").append(cut(thrown.getMessage().getBytes(StandardCharsets.UTF_8)));
			}
			text.append(place(thrown));
			thrown = (thrown.getCause() != thrown) ? thrown.getCause() : null;
		}
		if (this.most > 0) {
			text.append("; its body of ").append(body.length).append(" bytes: ").append(cut(body));
		}
		return text.toString();
	}

	/** The topmost of its frames that is not Java's own. */
	private static String place(Throwable thrown) {
		return Arrays.stream(thrown.getStackTrace())
			.filter((frame) -> !Objects.requireNonNullElse(frame.getModuleName(), "").startsWith("java."))
			.findFirst()
			.map((frame) -> " at " + frame.getClassName() + "." + frame.getMethodName() + "(" + frame.getFileName()
					+ ":" + frame.getLineNumber() + ")")
			.orElse("");
	}

	private String cut(byte[] bytes) {
		String whole = new String(bytes, 0, Math.min(bytes.length, this.most), StandardCharsets.UTF_8);
		return FailureLog.oneLine(whole);
	}

	/**
	 * What is told of a message.
	 *
	 * @param body how many bytes of a body, and of the text of each exception, may be
	 * told; up to 10KB
	 */
	@ConfigurationProperties("waybill.log")
	record Settings(@DefaultValue("0B") DataSize body) {

		private static final DataSize MOST = DataSize.ofKilobytes(10);

		Settings {
			if (body.isNegative() || body.compareTo(MOST) > 0) {
				throw new InvalidConfigurationPropertyValueException("waybill.log.body", body,
						"Allowed are 0B to 10KB.");
			}
		}

	}

}
