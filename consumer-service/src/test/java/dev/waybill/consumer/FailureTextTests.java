package dev.waybill.consumer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class FailureTextTests {

	private static final byte[] BODY = "the secret\nof the body".getBytes(StandardCharsets.UTF_8);

	@Test
	void saysWhatAndWhereAndNothingOfTheBody() {
		String text = text(0).of(failure(), BODY);
		assertThat(text).matches("java\\.lang\\.IllegalStateException at dev\\.waybill\\.consumer\\.FailureTextTests"
				+ "\\.failure\\(FailureTextTests\\.java:\\d+\\), caused by java\\.lang\\.NumberFormatException"
				+ " at dev\\.waybill\\.consumer\\.FailureTextTests\\.failure\\(FailureTextTests\\.java:\\d+\\)");
	}

	@Test
	void saysSoMuchOfItAsIsAskedForInOneLine() {
		assertThat(text(13).of(new IllegalStateException("cannot digest\nthis"), BODY))
			.startsWith("java.lang.IllegalStateException: cannot digest at ")
			.endsWith("; its body of 22 bytes: the secret of");
		assertThat(text(100).of(failure(), BODY)).contains("For input string: \"the secret of the body\"")
			.endsWith(": the secret of the body");
	}

	@Test
	void noCharacterOfABodyBreaksTheLine() {
		byte[] body = "a\n\r\t\u000b\f\u001b\u007f\u0085\u009b\u2028\u2029é".getBytes(StandardCharsets.UTF_8);
		assertThat(text(100).of(new IllegalStateException("x\u0085\u2028y"), body)).contains(": x  y at ")
			.endsWith(" bytes: a           é");
	}

	@Test
	void endsWhereCausesDoNot() {
		Exception first = new IOException();
		first.initCause(new IllegalStateException(first));
		assertThat(text(0).of(first, BODY).split("caused by")).hasSize(5);
	}

	@Test
	void refusesToTellTooMuch() {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> new FailureText.Settings(DataSize.ofKilobytes(11)))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo("Allowed are 0B to 10KB."));
	}

	private static FailureText text(int bytes) {
		return new FailureText(new FailureText.Settings(DataSize.ofBytes(bytes)));
	}

	private static Exception failure() {
		try {
			throw new IllegalArgumentException("" + Integer.parseInt(new String(BODY, StandardCharsets.UTF_8)));
		}
		catch (NumberFormatException ex) {
			return new IllegalStateException("cannot digest " + new String(BODY, StandardCharsets.UTF_8), ex);
		}
	}

}
