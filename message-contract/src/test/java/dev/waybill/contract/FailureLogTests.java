package dev.waybill.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

import static org.assertj.core.api.Assertions.assertThat;

class FailureLogTests {

	private static final About MESSAGE = new About("m", 0xabcL, 7L, "4bf92f3577b34da6a3ce929d0e0e4736");

	private final Logger logger = new LoggerContext().getLogger("some.Service");

	private final ListAppender<ILoggingEvent> told = new ListAppender<>();

	private final List<Runnable> later = new ArrayList<>();

	private final AtomicInteger seconds = new AtomicInteger();

	private final FailureLog failures = new FailureLog(() -> Duration.ofSeconds(this.seconds.get()).toNanos(),
			(task, delay) -> {
				assertThat(delay).isEqualTo(Duration.ofMinutes(1));
				this.later.add(task);
			});

	@BeforeEach
	void listen() {
		this.told.start();
		this.logger.addAppender(this.told);
	}

	@Test
	void aLineNamesTheMessageForPeopleAndForPrograms() {
		this.failures.tell(this.logger, Level.WARN, "nacked", MESSAGE, () -> "It was not stored");
		ILoggingEvent line = this.told.list.get(0);
		assertThat(line.getLoggerName()).isEqualTo("some.Service");
		assertThat(line.getLevel()).isEqualTo(ch.qos.logback.classic.Level.WARN);
		assertThat(line.getFormattedMessage()).isEqualTo("It was not stored (message m, source 0000000000000abc, "
				+ "sequence 7, trace 4bf92f3577b34da6a3ce929d0e0e4736)");
		assertThat(pairs(line)).containsExactly("waybill.cause=nacked", "waybill.message-id=m",
				"waybill.source=0000000000000abc", "waybill.sequence=7", "trace.id=4bf92f3577b34da6a3ce929d0e0e4736");
	}

	@Test
	void aLineNamesWhatIsKnownAndStaysOneLine() {
		this.failures.tell(this.logger, Level.WARN, "c", new About("a\r\nWARN b", null, null, null), () -> "Failed");
		this.failures.tell(this.logger, Level.ERROR, "c", About.NOTHING, () -> "Failed", new IllegalStateException());
		assertThat(lines()).containsExactly("Failed (message a  WARN b)", "Failed");
		assertThat(this.told.list.get(1).getThrowableProxy().getClassName())
			.isEqualTo("java.lang.IllegalStateException");
	}

	@ParameterizedTest
	@ValueSource(
			chars = { '\n', '\r', '\t', '\u000b', '\f', '\u001b', '\u007f', '\u0085', '\u009b', '\u2028', '\u2029' })
	void noCharacterOfAnIdBreaksItsLine(char breaker) {
		this.failures.tell(this.logger, Level.WARN, "c", new About("a" + breaker + "é b", null, null, null),
				() -> "Failed");
		assertThat(lines()).containsExactly("Failed (message a é b)");
	}

	@Test
	void tenOfACauseAreToldInAMinuteAndThenHowManyMoreThereWere() {
		fail("nacked", 4711);
		fail("unroutable", 10);
		assertThat(lines()).hasSize(20);
		this.seconds.set(60);
		this.later.forEach(Runnable::run);
		assertThat(lines()).hasSize(21).last().isEqualTo("4701 more of the cause nacked were left out within a minute");
		assertThat(pairs(this.told.list.get(20))).containsExactly("waybill.cause=nacked", "waybill.left-out=4701");
	}

	@Test
	void theNextMinuteHasTenLinesAgain() {
		fail("nacked", 11);
		this.seconds.set(59);
		fail("nacked", 1);
		assertThat(lines()).hasSize(10);
		this.seconds.set(60);
		// Its end is told late, and not twice.
		fail("nacked", 12);
		this.later.get(0).run();
		assertThat(lines()).hasSize(21);
		assertThat(lines().get(10)).isEqualTo("2 more of the cause nacked were left out within a minute");
		this.later.get(1).run();
		assertThat(lines()).hasSize(22).last().asString().startsWith("2 more");
		fail("nacked", 1);
		assertThat(lines()).hasSize(23);
	}

	@Test
	void whatWasLeftOutIsToldAtTheEnd() {
		fail("nacked", 15);
		this.failures.close();
		assertThat(lines()).hasSize(11).last().asString().startsWith("5 more of the cause nacked");
		this.later.forEach(Runnable::run);
		assertThat(lines()).hasSize(11);
	}

	@Test
	void tooManyCausesCountAsOneSoThatNeitherLogNorMemoryGrow() {
		for (int i = 0; i < 1000; i++) {
			fail("cause " + i, 1);
		}
		assertThat(lines()).hasSize(FailureLog.CAUSES + FailureLog.LINES);
		this.failures.close();
		assertThat(lines()).last().isEqualTo("890 more of the cause others were left out within a minute");
	}

	@Test
	void whatNobodyWantsToHearIsNotPutTogetherNorCounted() {
		this.logger.setLevel(ch.qos.logback.classic.Level.ERROR);
		for (int i = 0; i < 20; i++) {
			this.failures.tell(this.logger, Level.WARN, "c", MESSAGE, () -> {
				throw new AssertionError("nobody asked");
			});
		}
		fail("c", 1, Level.ERROR);
		assertThat(lines()).hasSize(1);
	}

	private void fail(String cause, int times) {
		fail(cause, times, Level.WARN);
	}

	private void fail(String cause, int times, Level level) {
		for (int i = 0; i < times; i++) {
			this.failures.tell(this.logger, level, cause, MESSAGE, () -> "It failed");
		}
	}

	private List<String> lines() {
		return this.told.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

	private static List<String> pairs(ILoggingEvent line) {
		return Objects.requireNonNull(line.getKeyValuePairs())
			.stream()
			.map((pair) -> pair.key + "=" + pair.value)
			.toList();
	}

}
