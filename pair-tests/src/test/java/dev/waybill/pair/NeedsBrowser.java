package dev.waybill.pair;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips a test where no Chromium is installed, and fails it there when the system
 * property {@code waybill.test.browser} is {@code required}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsBrowser.Condition.class)
@interface NeedsBrowser {

	/** The condition behind the annotation. */
	class Condition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			if (Browser.isInstalled()) {
				return ConditionEvaluationResult.enabled("there is a browser");
			}
			String missing = "needs Chromium or Chrome, and chromedriver, in the PATH";
			if ("required".equals(System.getProperty("waybill.test.browser"))) {
				throw new IllegalStateException("A browser is required here: this " + missing);
			}
			return ConditionEvaluationResult.disabled(missing);
		}

	}

}
