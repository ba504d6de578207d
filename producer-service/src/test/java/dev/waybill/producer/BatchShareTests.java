package dev.waybill.producer;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BatchShareTests {

	private final ByteBudget budget = new ByteBudget(1_000);

	private final BatchShare share = new BatchShare(
			SettingsTests.bind("waybill.batch", BatchSettings.class, Map.of("waybill.batch.concurrent", "2")),
			SettingsTests.bind("waybill.publish", PublishSettings.class, Map.of("waybill.publish.entry-queue", "6",
					"waybill.publish.entry-bytes", "1000B", "waybill.publish.max-message-size", "100B")),
			this.budget);

	@Test
	void soManyBatchesAreInHand() {
		assertThat(this.share.begin()).isTrue();
		assertThat(this.share.begin()).isTrue();
		assertThat(this.share.begin()).isFalse();
		assertThat(this.share.open()).isEqualTo(2);
		this.share.end();
		assertThat(this.share.begin()).isTrue();
	}

	@Test
	void linesTakeHalfOfTheEntryQueue() throws Exception {
		for (int i = 0; i < 3; i++) {
			assertThat(this.share.takeLine(0)).isTrue();
		}
		assertThat(this.share.takeLine(0)).isFalse();
		this.share.giveBackLine();
		assertThat(this.share.takeLine(0)).isTrue();
	}

	@Test
	void bytesAreHalfOfTheBudgetAndPartOfIt() throws Exception {
		assertThat(this.share.take(500, 0)).isTrue();
		assertThat(this.share.take(1, 0)).isFalse();
		assertThat(this.budget.taken()).isEqualTo(500);
		assertThat(this.budget.tryTake(500)).isTrue();
		this.share.giveBack(500);
		assertThat(this.budget.tryTake(500)).isTrue();
		assertThat(this.share.take(1, 0)).as("the budget is spent").isFalse();
		this.budget.giveBack(1_000);
		assertThat(this.share.take(500, 0)).as("nothing was kept").isTrue();
	}

}
