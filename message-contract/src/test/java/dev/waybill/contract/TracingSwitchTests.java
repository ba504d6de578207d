package dev.waybill.contract;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

@Timeout(60)
class TracingSwitchTests {

	private static final String ENABLED = "management.tracing.export.enabled";

	private static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

	private static final String TRACER = "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration";

	private static final String EXEMPLARS = "org.springframework.boot.micrometer.tracing.autoconfigure.prometheus.PrometheusExemplarsAutoConfiguration";

	private static final String SDK = "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration";

	private static final String OBSERVATION = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration";

	private final MockEnvironment environment = new MockEnvironment();

	@Test
	void isOffWhereNobodySaysAnything() {
		assertThat(imported(TRACER, EXEMPLARS, SDK, OBSERVATION, null)).containsExactly(false, false, false, true,
				true);
		assertThat(this.environment.getProperty(ENABLED, Boolean.class)).isFalse();
	}

	@Test
	void isOnWhereThereIsAnAddressAndThenEachSpanIsWanted() {
		this.environment.setProperty(ENDPOINT, "http://127.0.0.1:4318/v1/traces");
		assertThat(imported(TRACER, EXEMPLARS, SDK, OBSERVATION)).containsOnly(true);
		assertThat(this.environment.getProperty(ENABLED, Boolean.class)).isTrue();
		assertThat(this.environment.getProperty("management.tracing.sampling.probability", Double.class)).isOne();
	}

	@Test
	void isOffWhereTheAddressIsEmpty() {
		this.environment.setProperty(ENDPOINT, " ");
		assertThat(imported(TRACER)).containsExactly(false);
	}

	@Test
	void theUserHasTheLastWord() {
		this.environment.setProperty("management.tracing.sampling.probability", "0.01");
		this.environment.setProperty(ENABLED, "true");
		assertThat(imported(TRACER)).containsExactly(true);
		this.environment.setProperty(ENDPOINT, "http://127.0.0.1:4318/v1/traces");
		this.environment.setProperty(ENABLED, "false");
		assertThat(imported(TRACER)).containsExactly(false);
		assertThat(this.environment.getProperty("management.tracing.sampling.probability")).isEqualTo("0.01");
	}

	private boolean[] imported(@Nullable String... classes) {
		// As Spring Boot does, which then searches the sources in a way of its own.
		ConfigurationPropertySources.attach(this.environment);
		TracingSwitch decides = new TracingSwitch();
		decides.postProcessEnvironment(this.environment, new SpringApplication());
		decides.setEnvironment(this.environment);
		return decides.match(classes, mock(AutoConfigurationMetadata.class));
	}

}
