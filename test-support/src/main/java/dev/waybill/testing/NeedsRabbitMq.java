package dev.waybill.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips a test where no RabbitMQ can be started, and fails it there when the system
 * property {@code waybill.test.rabbitmq} is {@code required}.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(NeedsRabbitMq.Condition.class)
public @interface NeedsRabbitMq {

	/** Why a test was skipped, as reports have it. */
	String SKIPPED = "needs RabbitMQ itself, and Docker does not answer here";

	/** The condition behind the annotation. */
	class Condition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			if (RabbitBroker.isAvailable()) {
				return ConditionEvaluationResult.enabled("Docker answers");
			}
			if ("required".equals(System.getProperty("waybill.test.rabbitmq"))) {
				throw new IllegalStateException("RabbitMQ is required here, but Docker does not answer");
			}
			return ConditionEvaluationResult.disabled(SKIPPED);
		}

	}

}
