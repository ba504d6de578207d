package dev.waybill.consumer;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SettingsTests {

	@ParameterizedTest
	@CsvSource({ "waybill.max-attempts, 0, 1 to 20", "waybill.max-attempts, 21, 1 to 20",
			"waybill.concurrency, 0, 1 to 1000", "waybill.process-timeout, 0s, 100ms to 1h",
			"waybill.interrupt-grace, -1s, 100ms to 10m", "waybill.drain-timeout, 1h, 0s to 10m" })
	void refusesAProcessingSettingOutsideItsBounds(String property, String value, String allowed) {
		assertThatThrownBy(() -> bind("waybill", ProcessingSettings.class, property, value)).rootCause()
			.hasMessageContaining(property)
			.hasMessageContaining(allowed);
	}

	@ParameterizedTest
	@CsvSource({ "1MB, 1048576", "3MB, 3145728" })
	void takesALimitOfBytesInHand(String value, long bytes) {
		assertThat(bind("waybill", InHandSettings.class, "waybill.in-hand-bytes", value).bytes()).isEqualTo(bytes);
	}

	@Test
	void limitsTheBytesInHandToAnEighthOfTheHeapUnlessTold() {
		assertThat(new InHandSettings(null).bytes()).isEqualTo(Runtime.getRuntime().maxMemory() / 8);
	}

	@ParameterizedTest
	@CsvSource({ "0B", "1023KB", "-1MB", "100TB" })
	void refusesALimitOfBytesInHandThatIsTooLittleOrMoreThanHalfOfTheHeap(String value) {
		assertThatThrownBy(() -> bind("waybill", InHandSettings.class, "waybill.in-hand-bytes", value)).rootCause()
			.hasMessageContaining("waybill.in-hand-bytes")
			.hasMessageContaining("Allowed are 1MB to " + (Runtime.getRuntime().maxMemory() / 2 >> 20) + "MB");
	}

	@Test
	void refusesALongestDelayBelowTheShortest() {
		assertThatThrownBy(() -> bind("waybill.retry", RetrySettings.class, "waybill.retry.longest-delay", "500ms"))
			.rootCause()
			.hasMessageContaining("waybill.retry.longest-delay");
	}

	@ParameterizedTest
	@CsvSource({ "PT0S, 0s", "PT0.25S, 250ms", "PT1.5S, 1500ms", "PT30S, 30s", "PT90S, 90s", "PT1M, 1m", "PT1H, 1h",
			"PT90M, 90m", "PT168H, 168h" })
	void writesDurationsAsPeopleDo(Duration duration, String text) {
		assertThat(DurationText.of(duration)).isEqualTo(text);
	}

	@Test
	void delaysEachRetryLongerUpToTheLongest() {
		RetrySettings settings = new RetrySettings(Duration.ofSeconds(1), Duration.ofSeconds(3));
		assertThat(settings.after(1)).isEqualTo(Duration.ofSeconds(1));
		assertThat(settings.after(2)).isEqualTo(Duration.ofSeconds(2));
		assertThat(settings.after(9)).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void aUsersPropertiesGoBeforeTheDefaultsAndDoNotReplaceThem() {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("user", Map.of("server.port", "9999")));
		new ConsumerDefaults().postProcessEnvironment(environment, new SpringApplication());
		assertThat(environment.getProperty("server.port")).isEqualTo("9999");
		assertThat(environment.getProperty("spring.rabbitmq.listener.direct.prefetch")).isEqualTo("1000");
	}

	private static <T> T bind(String prefix, Class<T> type, String property, String value) {
		return new Binder(new MapConfigurationPropertySource(Map.of(property, value))).bindOrCreate(prefix,
				Bindable.of(type));
	}

}
