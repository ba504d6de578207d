package dev.waybill.consumer;

import java.io.IOException;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.ResourcePropertySource;

/**
 * Puts the service's defaults below everything that a user sets; a file
 * {@code application.properties} in this library would be replaced by the user's own.
 */
final class ConsumerDefaults implements EnvironmentPostProcessor, Ordered {

	private static final String NAME = "waybill-consumer-defaults";

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (environment.getPropertySources().contains(NAME)) {
			return;
		}
		try {
			environment.getPropertySources()
				.addLast(new ResourcePropertySource(NAME, new ClassPathResource(
						"dev/waybill/consumer/defaults.properties", getClass().getClassLoader())));
		}
		catch (IOException ex) {
			throw new IllegalStateException("this jar has lost its defaults", ex);
		}
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
