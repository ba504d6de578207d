package dev.waybill.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Skips a test where no container can be started, and fails it there when the system
 * property {@code waybill.test.rabbitmq} is {@code required}.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(NeedsDocker.Condition.class)
public @interface NeedsDocker {

	/** What every reason for a skipped test ends with. */
	String NO_ANSWER = ", and Docker does not answer here";

	/** What runs in the container, as reports name it. */
	String value();

	/** The condition behind the annotation. */
	class Condition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			Optional<NeedsDocker> needs = context.getElement()
				.flatMap((element) -> AnnotationSupport.findAnnotation(element, NeedsDocker.class));
			if (needs.isEmpty() || RabbitBroker.isAvailable()) {
				return ConditionEvaluationResult.enabled("nothing is missing");
			}
			if ("required".equals(System.getProperty("waybill.test.rabbitmq"))) {
				throw new IllegalStateException(
						"What needs Docker is required here" + NO_ANSWER + ": " + needs.get().value());
			}
			return ConditionEvaluationResult.disabled(needs.get().value() + NO_ANSWER);
		}

	}

}
