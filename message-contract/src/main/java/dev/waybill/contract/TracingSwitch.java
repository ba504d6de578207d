package dev.waybill.contract;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.StringUtils;

/**
 * Decides whether there is tracing: where spans have an address to go to, or somebody
 * says so; and where there is none, that nothing of it is configured which would cost.
 */
final class TracingSwitch implements EnvironmentPostProcessor, AutoConfigurationImportFilter, EnvironmentAware {

	/** Spring Boot's own; where it is false, it would still make and drop each span. */
	private static final String ENABLED = "management.tracing.export.enabled";

	private static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

	private static final String SAMPLING = "management.tracing.sampling.probability";

	private static final List<String> TRACING = List.of("org.springframework.boot.micrometer.tracing.",
			"org.springframework.boot.opentelemetry.");

	private Environment environment = new StandardEnvironment();

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		environment.getPropertySources().addLast(new Defaults(environment));
	}

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
		boolean enabled = this.environment.getProperty(ENABLED, Boolean.class, true);
		boolean[] wanted = new boolean[classes.length];
		for (int i = 0; i < classes.length; i++) {
			String name = classes[i];
			wanted[i] = enabled || name == null || TRACING.stream().noneMatch(name::startsWith);
		}
		return wanted;
	}

	/** Looks when it is asked, since the address may be told later. */
	private static final class Defaults extends EnumerablePropertySource<String> {

		private static final String NAME = "waybill-tracing";

		private final Environment environment;

		Defaults(Environment environment) {
			// An environment as the source would be searched itself, without end.
			super(NAME, NAME);
			this.environment = environment;
		}

		@Override
		public String[] getPropertyNames() {
			return new String[] { ENABLED, SAMPLING };
		}

		@Override
		public @Nullable Object getProperty(String name) {
			return switch (name) {
				case ENABLED -> StringUtils.hasText(this.environment.getProperty(ENDPOINT));
				// Whoever gives an address wants to see spans, not one in ten.
				case SAMPLING -> 1.0;
				default -> null;
			};
		}

	}

}
