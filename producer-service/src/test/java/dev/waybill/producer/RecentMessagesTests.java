package dev.waybill.producer;

import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.waybill.contract.Receipt.Reading;
import dev.waybill.producer.Copy.Word;
import dev.waybill.producer.Some.Heard;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecentMessagesTests {

	private final RecentMessages recent = new RecentMessages(1);

	@Test
	void findsEveryPublishOfAMessageTheFirstOneFirst() {
		Copy first = publish(this.recent.open(1), "twice", 1, 1);
		RecentMessages.Lane other = this.recent.open(2);
		publish(other, "another", 2, 1);
		Copy second = publish(other, "twice", 2, 2);
		assertThat(this.recent.find("twice")).containsExactly(first, second);
		assertThat(this.recent.find("never")).isEmpty();
	}

	@Test
	void keepsTheLastTenThousand() {
		RecentMessages.Lane lane = this.recent.open(1);
		for (int i = 1; i <= RecentMessages.CAPACITY + 5; i++) {
			publish(lane, "id-" + i, 1, i);
		}
		assertThat(this.recent.find("id-5")).isEmpty();
		assertThat(this.recent.find("id-6")).hasSize(1);
		assertThat(this.recent.find("id-" + (RecentMessages.CAPACITY + 5))).hasSize(1);
	}

	@Test
	void aLaneThatHasEndedIsRememberedForAsManyMore() {
		RecentMessages.Lane lane = this.recent.open(1);
		publish(lane, "old", 1, 1);
		lane.close();
		RecentMessages.Lane large = this.recent.open(2);
		for (int i = 1; i <= RecentMessages.CAPACITY; i++) {
			publish(large, "id-" + i, 2, i);
		}
		assertThat(this.recent.find("old")).hasSize(1);
		large.close();
		assertThat(this.recent.find("old")).isEmpty();
		assertThat(this.recent.find("id-1")).hasSize(1);
	}

	@Test
	void lanesThatFlapAreBounded() {
		RecentMessages.Lane lane = this.recent.open(0);
		publish(lane, "running", 0, 1);
		for (int i = 1; i <= 1000; i++) {
			RecentMessages.Lane flapping = this.recent.open(i);
			publish(flapping, "flapped", i, 1);
			flapping.close();
		}
		assertThat(this.recent.find("flapped")).hasSize(100);
		assertThat(this.recent.find("running")).hasSize(1);
	}

	@Test
	void whatAConsumerReportsIsNotedAtItsNumberOnly() {
		RecentMessages.Lane lane = this.recent.open(1);
		Copy copy = publish(lane, "x", 1, 3);
		for (Reading wrong : List.of(new Reading(1, 4, 0, 0, 0), new Reading(2, 3, 0, 0, 0),
				new Reading(1, 3 + RecentMessages.CAPACITY, 0, 0, 0))) {
			this.recent.accounted(wrong, 1);
		}
		assertThat(copy.ending()).isNull();
		this.recent.accounted(new Reading(1, 3, 10, 20, 30), 40);
		assertThat(copy.ending()).isEqualTo(new Copy.Ending(20, 30, 40));
	}

	@Test
	void aReportForALaneThatPublishedNothingIsIgnored() {
		this.recent.open(1).close();
		this.recent.accounted(new Reading(1, 1, 0, 0, 0), 1);
		assertThat(this.recent.find("x")).isEmpty();
	}

	@Test
	void aCopyLetsGoOfItsRequestWithTheBrokersWord() {
		Copy copy = publish(this.recent.open(1), "x", 1, 1);
		copy.say(Word.UNCONFIRMED, System.nanoTime());
		assertThat(copy.publication()).isNotNull();
		copy.say(Word.CONFIRMED, System.nanoTime());
		assertThat(copy.publication()).isNull();
		assertThat(copy.word()).isEqualTo(Word.CONFIRMED);
	}

	private static Copy publish(RecentMessages.Lane lane, String id, long source, long sequence) {
		long now = System.nanoTime();
		Publication publication = new Publication(Some.message(id, "body"), sequence, now,
				now + TimeUnit.SECONDS.toNanos(5), false, new Heard(), null);
		Copy copy = new Copy(publication, source, sequence, now);
		lane.note(copy);
		return copy;
	}

}
