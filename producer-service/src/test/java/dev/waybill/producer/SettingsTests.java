package dev.waybill.producer;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SettingsTests {

	private static final long HEAP = Runtime.getRuntime().maxMemory();

	@Test
	void defaultsAreThoseOfTheDesign() {
		PublishSettings settings = bind("waybill.publish", PublishSettings.class, Map.of());
		assertThat(settings.deadline()).isEqualTo(Duration.ofSeconds(5));
		assertThat(settings.lanes()).isEqualTo(1);
		assertThat(settings.window()).isEqualTo(100);
		assertThat(settings.linger()).isEqualTo(Duration.ofMillis(5));
		assertThat(settings.entryQueue()).isEqualTo((int) Math.min(2000, HEAP / (512 * 1024)));
		assertThat(settings.maxMessageSize()).isEqualTo(DataSize.ofMegabytes(1));
		assertThat(settings.stopTimeout()).isEqualTo(Duration.ofSeconds(7));
		assertThat(settings.budget()).isEqualTo(Runtime.getRuntime().maxMemory() / 8);
		KeyRegistry.Settings keys = bind("waybill.idempotency", KeyRegistry.Settings.class, Map.of());
		assertThat(keys).isEqualTo(new KeyRegistry.Settings(Duration.ofMinutes(10), 100_000));
	}

	@ParameterizedTest
	@CsvSource({ "deadline, 999ms, 1s to 5m", "deadline, 301s, 1s to 5m", "deadline, -5s, 1s to 5m",
			"lanes, 0, 1 to 64", "lanes, 65, 1 to 64", "window, 0, 1 to 10000", "window, 10001, 1 to 10000",
			"linger, -1ms, 0s to 100ms", "linger, 101ms, 0s to 100ms", "entry-queue, 0, 1 to 1000000",
			"entry-queue, 1000001, 1 to 1000000", "max-message-size, 0B, 1B to 128MB",
			"max-message-size, 129MB, 1B to 128MB", "max-message-size, 134217729B, 1B to 128MB",
			"stop-timeout, -1s, 0s to 1m", "stop-timeout, 61s, 0s to 1m", "time-limit, 999ms, 1s to 10m",
			"time-limit, 601s, 1s to 10m", "entry-bytes, 1048575B, at least waybill.publish.max-message-size" })
	void aBadValueIsRefusedWithItsNameItselfAndWhatIsAllowed(String name, String value, String allowed) {
		assertRefused("waybill.publish", PublishSettings.class, name, value, allowed);
	}

	@ParameterizedTest
	@CsvSource({ "deadline, 1s", "deadline, 5m", "lanes, 64", "window, 1", "window, 10000", "linger, 0s",
			"linger, 100ms", "entry-queue, 1", "max-message-size, 1B", "stop-timeout, 0s", "stop-timeout, 1m",
			"time-limit, 1s", "time-limit, 10m", "entry-bytes, 1MB" })
	void theEndsOfARangeAreAllowed(String name, String value) {
		assertThat(bind("waybill.publish", PublishSettings.class, Map.of("waybill.publish." + name, value)))
			.isNotNull();
	}

	@ParameterizedTest
	@CsvSource({ "window, 0s, 1s to 24h", "window, 25h, 1s to 24h", "window, 999ms, 1s to 24h",
			"max-keys, 0, 1 to 10000000", "max-keys, 10000001, 1 to 10000000" })
	void aBadIdempotencyWindowIsRefused(String name, String value, String allowed) {
		assertRefused("waybill.idempotency", KeyRegistry.Settings.class, name, value, allowed);
	}

	@Test
	void whatConsumersDoIsThatOfTheDesign() {
		assertThat(bind("waybill", AuditSettings.class, Map.of()))
			.isEqualTo(new AuditSettings(Duration.ofSeconds(30), new AuditSettings.Retry(Duration.ofSeconds(30))));
	}

	@ParameterizedTest
	@CsvSource({ "held-interval, 99ms, 100ms to 1h", "held-interval, 61m, 100ms to 1h",
			"retry.longest-delay, -1s, 0s to 24h", "retry.longest-delay, 25h, 0s to 24h" })
	void aBadIntervalOrDelayIsRefused(String name, String value, String allowed) {
		assertRefused("waybill", AuditSettings.class, name, value, allowed);
	}

	@Test
	void thereAreAsManyConnectionsAsTheHeapBears() {
		assertThat(bind("server.tomcat", ConnectionSettings.class, Map.of()).limit())
			.isEqualTo((int) Math.min(8192, HEAP / (256 * 1024)));
		assertThat(
				bind("server.tomcat", ConnectionSettings.class, Map.of("server.tomcat.max-connections", "1")).limit())
			.isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource({ "0", "-1", "2147483647" })
	void moreConnectionsThanTheHeapBearsAreRefused(String value) {
		assertRefused("server.tomcat", ConnectionSettings.class, "max-connections", value,
				"1 to " + HEAP / (128 * 1024) + ", one for each 128 KiB of the heap");
	}

	private static void assertRefused(String prefix, Class<?> type, String name, String value, String allowed) {
		Map<String, String> properties = new HashMap<>(Map.of(prefix + "." + name, value));
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(prefix, type, properties))
			.havingRootCause()
			.isInstanceOf(IllegalArgumentException.class)
			.withMessageStartingWith(prefix + "." + name + " is ")
			.withMessageContaining("allowed is " + allowed);
	}

	static <T> T bind(String prefix, Class<T> type, Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate(prefix, Bindable.of(type));
	}

}
