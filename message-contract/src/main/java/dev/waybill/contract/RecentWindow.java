package dev.waybill.contract;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * What was last said of each of the most recent keys, bounded by count and by age, oldest
 * out first.
 * <p>
 * Not Caffeine, whose admission policy (W-TinyLFU) may turn the newest key away when it
 * is full: here exactly the newest must stay.
 *
 * @param <V> what is remembered of a key
 */
public final class RecentWindow<V> {

	private final int maxCount;

	private final long maxAgeNanos;

	private final LongSupplier nanoTime;

	private final Map<String, Entry<V>> entries = new LinkedHashMap<>();

	/**
	 * Creates an empty window.
	 * @param maxCount the most keys that it holds, at least 1
	 * @param maxAge how long it holds a key
	 */
	public RecentWindow(int maxCount, Duration maxAge) {
		this(maxCount, maxAge, System::nanoTime);
	}

	/**
	 * Creates an empty window whose keys age by a clock of its own.
	 * @param maxCount the most keys that it holds, at least 1
	 * @param maxAge how long it holds a key
	 * @param nanoTime the clock, in nanoseconds
	 */
	public RecentWindow(int maxCount, Duration maxAge, LongSupplier nanoTime) {
		this.maxCount = maxCount;
		this.maxAgeNanos = maxAge.toNanos();
		this.nanoTime = nanoTime;
	}

	/** What was last put under the key, or null where it is unknown or too old. */
	public synchronized @Nullable V get(String key) {
		expire();
		Entry<V> entry = this.entries.get(key);
		return (entry != null) ? entry.value() : null;
	}

	/** Puts a value under a key, which becomes the newest. */
	public synchronized void put(String key, V value) {
		this.entries.remove(key);
		this.entries.put(key, new Entry<>(value, this.nanoTime.getAsLong()));
		expire();
	}

	/** Forgets a key. */
	public synchronized @Nullable V remove(String key) {
		Entry<V> entry = this.entries.remove(key);
		return (entry != null) ? entry.value() : null;
	}

	/** The number of keys held. */
	public synchronized int size() {
		expire();
		return this.entries.size();
	}

	/**
	 * How far back this window really reaches.
	 * @return the age of the oldest key, zero when it is empty
	 */
	public synchronized Duration age() {
		expire();
		Iterator<Entry<V>> oldest = this.entries.values().iterator();
		return oldest.hasNext() ? Duration.ofNanos(this.nanoTime.getAsLong() - oldest.next().since()) : Duration.ZERO;
	}

	private void expire() {
		long now = this.nanoTime.getAsLong();
		Iterator<Entry<V>> oldest = this.entries.values().iterator();
		while (oldest.hasNext()
				&& (now - oldest.next().since() > this.maxAgeNanos || this.entries.size() > this.maxCount)) {
			oldest.remove();
		}
	}

	private record Entry<V>(V value, long since) {
	}

}
