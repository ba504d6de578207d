package dev.waybill.consumer;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Decides which thread does what a connection brings: a delivery is taken by the thread
 * that has read it, without waking another, which is right because nobody waits there for
 * an answer of the broker's; all else has threads of its own.
 */
final class AmqpThreads extends ThreadPoolExecutor {

	private final InHandBytes inHandBytes;

	AmqpThreads(InHandBytes inHandBytes) {
		super(0, Integer.MAX_VALUE, 60, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons());
		this.inHandBytes = inHandBytes;
	}

	/** The client's own would keep a program alive whose start was refused. */
	private static CustomizableThreadFactory daemons() {
		CustomizableThreadFactory threads = new CustomizableThreadFactory("amqp-");
		threads.setDaemon(true);
		return threads;
	}

	@Override
	public void execute(Runnable task) {
		if (this.inHandBytes.isDelivery()) {
			task.run();
		}
		else {
			super.execute(task);
		}
	}

}
