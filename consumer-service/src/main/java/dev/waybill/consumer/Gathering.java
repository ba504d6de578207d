package dev.waybill.consumer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Decides when what has gathered goes: so many, or after so long. Its user has the lock.
 */
final class Gathering<T> {

	private final IntSupplier most;

	private final long nanos;

	private final List<T> gathered = new ArrayList<>();

	private long since;

	Gathering(IntSupplier most, Duration longest) {
		this.most = most;
		this.nanos = longest.toNanos();
	}

	/** Adds one; true where whoever waits for it must look at the time again. */
	boolean add(T one) {
		if (this.gathered.isEmpty()) {
			this.since = System.nanoTime();
		}
		this.gathered.add(one);
		return this.gathered.size() == 1 || this.gathered.size() == this.most.getAsInt();
	}

	boolean isEmpty() {
		return this.gathered.isEmpty();
	}

	/** How long it may wait. */
	long untilDue() {
		if (this.gathered.isEmpty()) {
			return Long.MAX_VALUE;
		}
		return (this.gathered.size() >= this.most.getAsInt()) ? 0 : this.since + this.nanos - System.nanoTime();
	}

	/** Takes so many of it, if it is time. */
	List<T> take(boolean now) {
		if (this.gathered.isEmpty() || (!now && untilDue() > 0)) {
			return List.of();
		}
		List<T> first = this.gathered.subList(0, Math.min(this.most.getAsInt(), this.gathered.size()));
		List<T> taken = List.copyOf(first);
		first.clear();
		return taken;
	}

}
