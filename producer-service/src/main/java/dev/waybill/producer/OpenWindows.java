package dev.waybill.producer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/** What all lanes together have published and not heard of. */
final class OpenWindows {

	private final AtomicReferenceArray<@Nullable PublishLane> lanes;

	OpenWindows(PublishSettings settings) {
		this.lanes = new AtomicReferenceArray<>(settings.lanes());
	}

	/** Puts a lane in the place of the one that ended. */
	void put(int index, PublishLane lane) {
		this.lanes.set(index, lane);
	}

	void forEach(Consumer<ConfirmWindow> action) {
		for (int i = 0; i < this.lanes.length(); i++) {
			PublishLane lane = this.lanes.get(i);
			ConfirmWindow window = (lane != null) ? lane.window() : null;
			if (window != null) {
				action.accept(window);
			}
		}
	}

	/** Publishes that the broker has not confirmed. */
	int unconfirmed() {
		int[] sum = { 0 };
		forEach((window) -> sum[0] += window.size());
		return sum[0];
	}

	/** The age of the oldest of them. */
	Duration oldestUnconfirmed() {
		long now = System.nanoTime();
		long[] oldest = { 0 };
		forEach((window) -> oldest[0] = Math.max(oldest[0], window.oldestAge(now)));
		return Duration.ofNanos(oldest[0]);
	}

	/** Ends every window and gives what was unconfirmed, oldest first. */
	void end(Consumer<List<Publication>> unconfirmed) {
		forEach((window) -> unconfirmed.accept(window.end()));
	}

}
