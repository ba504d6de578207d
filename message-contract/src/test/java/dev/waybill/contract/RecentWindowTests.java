package dev.waybill.contract;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecentWindowTests {

	private final AtomicLong now = new AtomicLong(-5);

	private final RecentWindow<String> window = new RecentWindow<>(3, Duration.ofNanos(100), this.now::get);

	@Test
	void remembersWhatWasLastPutUnderAKey() {
		this.window.put("a", "1");
		this.window.put("a", "2");
		assertThat(this.window.get("a")).isEqualTo("2");
		assertThat(this.window.get("b")).isNull();
		assertThat(this.window.size()).isEqualTo(1);
	}

	@Test
	void forgetsTheOldestWhenItIsFullAndNeverTheNewest() {
		this.window.put("a", "1");
		this.window.put("b", "1");
		this.window.put("c", "1");
		this.window.put("a", "2");
		this.window.put("d", "1");
		assertThat(this.window.get("b")).isNull();
		assertThat(this.window.get("a")).isEqualTo("2");
		assertThat(this.window.get("c")).isEqualTo("1");
		assertThat(this.window.get("d")).isEqualTo("1");
		assertThat(this.window.size()).isEqualTo(3);
	}

	@Test
	void readingDoesNotKeepAKey() {
		this.window.put("a", "1");
		this.window.put("b", "1");
		this.window.put("c", "1");
		this.window.get("a");
		this.window.put("d", "1");
		assertThat(this.window.get("a")).isNull();
	}

	@Test
	void forgetsWhatIsTooOldAndNotBefore() {
		this.window.put("a", "1");
		this.now.addAndGet(50);
		this.window.put("b", "1");
		this.now.addAndGet(50);
		assertThat(this.window.get("a")).isEqualTo("1");
		this.now.addAndGet(1);
		assertThat(this.window.get("a")).isNull();
		assertThat(this.window.get("b")).isEqualTo("1");
	}

	@Test
	void putAgainAKeyIsAsYoungAsItsLastValue() {
		this.window.put("a", "1");
		this.now.addAndGet(80);
		this.window.put("a", "2");
		this.now.addAndGet(80);
		assertThat(this.window.get("a")).isEqualTo("2");
	}

	@Test
	void itsAgeIsThatOfTheOldestKeyThatItStillHas() {
		assertThat(this.window.age()).isZero();
		this.window.put("a", "1");
		this.now.addAndGet(30);
		this.window.put("b", "1");
		this.now.addAndGet(30);
		assertThat(this.window.age()).isEqualTo(Duration.ofNanos(60));
		this.window.remove("a");
		assertThat(this.window.age()).isEqualTo(Duration.ofNanos(30));
		this.now.addAndGet(100);
		assertThat(this.window.age()).isZero();
		assertThat(this.window.size()).isZero();
	}

	@Test
	void givesBackWhatItRemoves() {
		this.window.put("a", "1");
		assertThat(this.window.remove("a")).isEqualTo("1");
		assertThat(this.window.remove("a")).isNull();
	}

	@Test
	void holdsWhenTheClockPassesItsLargestNumber() {
		this.now.set(Long.MAX_VALUE - 10);
		this.window.put("a", "1");
		this.now.addAndGet(50);
		assertThat(this.window.get("a")).isEqualTo("1");
		assertThat(this.window.age()).isEqualTo(Duration.ofNanos(50));
		this.now.addAndGet(51);
		assertThat(this.window.get("a")).isNull();
	}

}
