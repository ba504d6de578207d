package dev.waybill.testing;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says in one sentence, at the end of a module's tests, how many of them were skipped for
 * want of Docker, for each thing that they need it for; a parameterized test counts as
 * one.
 */
public final class SkippedForDocker implements TestExecutionListener {

	private final Map<String, Long> skipped = new ConcurrentSkipListMap<>();

	private volatile @Nullable TestPlan plan;

	@Override
	public void testPlanExecutionStarted(TestPlan started) {
		this.plan = started;
	}

	@Override
	public void executionSkipped(TestIdentifier identifier, String reason) {
		TestPlan current = this.plan;
		if (current != null && reason.contains(NeedsDocker.NO_ANSWER)) {
			this.skipped.merge(reason, tests(current, identifier), Long::sum);
		}
	}

	@Override
	public void testPlanExecutionFinished(TestPlan finished) {
		this.skipped.forEach((reason, tests) -> System.out
			.println("Skipped: " + tests + ((tests == 1) ? " test needs " : " tests need ") + reason));
		this.skipped.clear();
	}

	private static long tests(TestPlan plan, TestIdentifier identifier) {
		Set<TestIdentifier> children = plan.getChildren(identifier);
		return children.isEmpty() ? 1 : children.stream().mapToLong((child) -> tests(plan, child)).sum();
	}

}
