package dev.waybill.local;

import java.util.Map;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingInitializationContext;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Decides what of the one log that all share is seen: it is set up before the broker, and
 * the services find it set up.
 */
final class StackLogging {

	private StackLogging() {
	}

	static void start() {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.addLast(new MapPropertySource("local-stack", Map.of("logging.pattern.console",
					// The logger says which service it is; the process and the thread say
					// nothing here.
					"%clr(%d{HH:mm:ss.SSS}){faint} %clr(${LOG_LEVEL_PATTERN:%5p}) %clr(%-40.40logger{39}){cyan} %clr(:){faint} %m%n%wEx")));
		LoggingSystem logging = LoggingSystem.get(StackLogging.class.getClassLoader());
		logging.beforeInitialize();
		logging.initialize(new LoggingInitializationContext(environment), null, null);
		for (String noisy : new String[] { "org.apache.catalina", "org.apache.coyote", "org.springframework" }) {
			logging.setLogLevel(noisy, LogLevel.WARN);
		}
		// It warns of what RabbitMQ does without a word, such as cancelling a consumer
		// twice.
		logging.setLogLevel("org.apache.qpid", LogLevel.ERROR);
	}

}
