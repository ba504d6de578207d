package dev.waybill.producer.ledger;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

class LedgerSettingsTests {

	@Test
	void defaultsAreThoseOfTheDesign() {
		assertThat(bind(Map.of())).isEqualTo(new LedgerSettings(null, Duration.ofSeconds(90)));
	}

	@Test
	void anEmptyFileIsNone() {
		assertThat(bind(Map.of("waybill.ledger.file", "")).file()).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "/var/lib/waybill/ledger", "ledger", "./data/ledger.bin" })
	void theFileIsAPath(String file) {
		assertThat(bind(Map.of("waybill.ledger.file", file)).file()).isEqualTo(Path.of(file).normalize());
	}

	@ParameterizedTest
	@CsvSource({ "patience, 999ms, 1s to 1d", "patience, 25h, 1s to 1d", "patience, -1s, 1s to 1d" })
	void aBadValueIsRefusedWithItsNameItselfAndWhatIsAllowed(String name, String value, String allowed) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(Map.of("waybill.ledger." + name, value)))
			.havingRootCause()
			.isInstanceOf(IllegalArgumentException.class)
			.withMessageStartingWith("waybill.ledger." + name + " is ")
			.withMessageContaining("allowed is " + allowed);
	}

	@Test
	void theFileIsNoRoot() {
		assertThatIllegalArgumentException().isThrownBy(() -> new LedgerSettings(Path.of("/"), Duration.ofSeconds(90)))
			.withMessage("waybill.ledger.file is /; allowed is a file in a directory that exists");
	}

	@Test
	void thePatienceIsNoShorterThanWhatMayBeInHand() {
		LedgerSettings settings = new LedgerSettings(null, Duration.ofSeconds(90));
		Duration held = Duration.ofSeconds(30);
		Duration heartbeat = Duration.ofSeconds(10);
		assertThatNoException().isThrownBy(() -> settings.checkPatience(held, Duration.ofSeconds(30), heartbeat));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> settings.checkPatience(held, Duration.ofSeconds(31), heartbeat))
			.withMessage("waybill.ledger.patience is PT1M30S; allowed is at least PT1M31S, which is"
					+ " waybill.held-interval, waybill.retry.longest-delay and three times"
					+ " spring.rabbitmq.requested-heartbeat together");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> settings.checkPatience(Duration.ofSeconds(46), Duration.ZERO, Duration.ZERO))
			.withMessage("waybill.ledger.patience is PT1M30S; allowed is at least PT1M32S, which is twice"
					+ " waybill.held-interval");
	}

	private static LedgerSettings bind(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("waybill.ledger",
				Bindable.of(LedgerSettings.class));
	}

}
