package dev.waybill.producer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.waybill.contract.FailureLog;
import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.producer.ledger.Checkpoints;
import dev.waybill.producer.ledger.DeliveryLedger;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** What is told of receipts that are not taken in, however many there are. */
class ReceiptIntakeTests {

	private static final int RECEIPTS = 15;

	private final Logger logger = (Logger) LoggerFactory.getLogger(ReceiptIntake.class);

	private final ListAppender<ILoggingEvent> told = new ListAppender<>();

	private final DefectiveRegistry registry = new DefectiveRegistry();

	private final DeliveryLedger ledger = new DeliveryLedger.Builder(Duration.ofSeconds(90), Duration.ofSeconds(30),
			true)
		.inMemory();

	@BeforeEach
	void listen() {
		this.told.start();
		this.logger.addAppender(this.told);
	}

	@AfterEach
	void listenNoMore() {
		this.logger.detachAppender(this.told);
	}

	@Test
	void aDefectIsToldWithItsReceiptAndTenTimesAMinute() {
		Run run = new Run(Kind.PROCESSED, 0xdef, 3, 5);
		take((number) -> new Receipt(0xabc, number, List.of(run), List.of(), List.of()).encode());
		List<ILoggingEvent> defects = this.told.list.stream().filter((one) -> one.getLevel() == Level.ERROR).toList();
		assertThat(defects).hasSize(10);
		assertThat(defects.get(9).getFormattedMessage())
			.isEqualTo("A receipt could not be taken in: number 10 of the sender 0000000000000abc"
					+ " (source 0000000000000def, sequence 3)");
		assertThat(defects.get(9).getThrowableProxy().getMessage()).isEqualTo("a defect");
		assertThat(lines())
			.contains("5 more of the cause defect: java.lang.IllegalStateException were left out within a minute");
		assertGaps();
	}

	@Test
	void garbageIsToldTenTimesAMinuteAndCountedEachTime() {
		take((number) -> "garbage".getBytes(StandardCharsets.UTF_8));
		assertThat(lines()).hasSize(11);
		assertThat(lines().get(0)).startsWith("A receipt gap: a receipt that cannot be read was dropped: No receipt: ")
			.endsWith("; what is published and not reported may end as unaudited instead of lost");
		assertThat(lines().get(10)).isEqualTo("5 more of the cause receipt gap were left out within a minute");
		assertGaps();
	}

	private void take(IntFunction<byte[]> bodies) {
		try (Checkpoints checkpoints = Checkpoints.start(this.ledger, null); FailureLog failures = new FailureLog()) {
			ReceiptIntake intake = new ReceiptIntake(this.ledger, checkpoints, new RecentMessages(1),
					new KeyRegistry(new KeyRegistry.Settings(Duration.ofMinutes(10), 100)),
					new LedgerMetrics(this.registry), failures);
			for (int number = 1; number <= RECEIPTS; number++) {
				assertThat(intake.take(bodies.apply(number))).as("may be acked").isTrue();
			}
		}
	}

	private void assertGaps() {
		assertThat(this.registry.get("waybill.receipts").tag("outcome", "undecodable").counter().count())
			.isEqualTo(RECEIPTS);
		assertThat(this.ledger.totals().gaps()).isEqualTo(RECEIPTS);
	}

	private List<String> lines() {
		return this.told.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

	/** Fails where a receipt that was merged is counted. */
	private static final class DefectiveRegistry extends SimpleMeterRegistry {

		@Override
		protected Counter newCounter(Meter.Id id) {
			if (!Objects.equals(id.getTag("outcome"), "merged")) {
				return super.newCounter(id);
			}
			return new CumulativeCounter(id) {
				@Override
				public void increment(double amount) {
					throw new IllegalStateException("a defect");
				}
			};
		}

	}

}
