package dev.waybill.testing;

import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says in one sentence, at the end of a module's tests, how many of them were skipped for
 * want of RabbitMQ; a parameterized test counts as one.
 */
public final class SkippedForRabbitMq implements TestExecutionListener {

	private final AtomicLong skipped = new AtomicLong();

	private volatile @Nullable TestPlan plan;

	@Override
	public void testPlanExecutionStarted(TestPlan started) {
		this.plan = started;
	}

	@Override
	public void executionSkipped(TestIdentifier identifier, String reason) {
		TestPlan current = this.plan;
		if (current != null && reason.contains(NeedsRabbitMq.SKIPPED)) {
			this.skipped.addAndGet(tests(current, identifier));
		}
	}

	@Override
	public void testPlanExecutionFinished(TestPlan finished) {
		long tests = this.skipped.getAndSet(0);
		if (tests > 0) {
			System.out.println("Skipped: " + tests + ((tests == 1) ? " test needs" : " tests need")
					+ " RabbitMQ itself, and Docker does not answer here");
		}
	}

	private static long tests(TestPlan plan, TestIdentifier identifier) {
		Set<TestIdentifier> children = plan.getChildren(identifier);
		return children.isEmpty() ? 1 : children.stream().mapToLong((child) -> tests(plan, child)).sum();
	}

}
