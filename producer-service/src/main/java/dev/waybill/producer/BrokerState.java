package dev.waybill.producer;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.rabbitmq.client.BlockedListener;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the broker without asking it; decides whether it is worth while to let
 * a message in.
 */
final class BrokerState implements BlockedListener {

	/** A lane that only changes its channel must not turn anyone away. */
	private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private int lanesAlive;

	private boolean reachable;

	private @Nullable String blocked;

	private boolean stopping;

	private long downSince = System.nanoTime() - GRACE_NANOS;

	private String problem = "not connected yet";

	private Runnable onChange = () -> {
	};

	private Consumer<Boolean> onBlocked = (blocked) -> {
	};

	/** Sets who is told when messages that wait are better answered at once. */
	synchronized void onChange(Runnable listener) {
		this.onChange = listener;
	}

	/**
	 * Sets who is told when the broker begins to take no messages and when that is over,
	 * in this order.
	 */
	synchronized void onBlocked(Consumer<Boolean> listener) {
		this.onBlocked = listener;
	}

	synchronized void laneStarted() {
		this.lanesAlive++;
		this.reachable = true;
	}

	synchronized void laneEnded(String why) {
		this.lanesAlive--;
		if (this.lanesAlive == 0) {
			this.downSince = System.nanoTime();
			this.problem = why;
			block(null);
		}
	}

	/** No connection could be made. */
	void unreachable(String why) {
		Runnable listener;
		synchronized (this) {
			this.reachable = false;
			this.problem = why;
			listener = this.onChange;
		}
		listener.run();
	}

	/** A connection could be made, and yet no lane starts. */
	synchronized void refused(String why) {
		this.reachable = true;
		this.problem = why;
		this.downSince = System.nanoTime() - GRACE_NANOS;
	}

	synchronized void stopping() {
		this.stopping = true;
	}

	@Override
	public void handleBlocked(String why) {
		Runnable listener;
		synchronized (this) {
			block(why);
			listener = this.onChange;
		}
		listener.run();
	}

	@Override
	public synchronized void handleUnblocked() {
		block(null);
	}

	private void block(@Nullable String why) {
		boolean news = (why == null) != (this.blocked == null);
		this.blocked = why;
		if (news) {
			this.onBlocked.accept(why != null);
		}
	}

	/** Why nothing is let in now; null where it is. */
	synchronized @Nullable Reason refusal() {
		return this.stopping ? Reason.BROKER_UNAVAILABLE : outage();
	}

	/** Why nothing can be published now; null where it can. */
	synchronized @Nullable Reason outage() {
		if (this.blocked != null) {
			return Reason.BROKER_BLOCKED;
		}
		boolean absent = this.lanesAlive == 0 && (!this.reachable || System.nanoTime() - this.downSince >= GRACE_NANOS);
		return absent ? Reason.BROKER_UNAVAILABLE : null;
	}

	/**
	 * Whether lanes are dead though the broker is there: another replica may do better.
	 */
	synchronized boolean isLaneless() {
		return this.lanesAlive == 0 && this.reachable && System.nanoTime() - this.downSince >= GRACE_NANOS;
	}

	synchronized int lanesAlive() {
		return this.lanesAlive;
	}

	synchronized boolean isConnected() {
		return this.lanesAlive > 0;
	}

	synchronized boolean isBlocked() {
		return this.blocked != null;
	}

	/** What is wrong, for people; empty when nothing is. */
	synchronized String problem() {
		if (this.blocked != null) {
			return "blocked: " + this.blocked;
		}
		return (this.lanesAlive == 0) ? this.problem : "";
	}

}
