package dev.waybill.producer;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.waybill.producer.Some.Heard;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class PublicationTests {

	private final Heard heard = new Heard();

	@Test
	void isPublishedOrWithdrawnAndNeverBoth() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(2);
		int claims = 0;
		try {
			for (int i = 0; i < 5000; i++) {
				Heard ear = new Heard();
				Publication publication = Some.publication(ear);
				CyclicBarrier barrier = new CyclicBarrier(2);
				Future<Boolean> claim = pool.submit(() -> {
					barrier.await();
					return publication.claim();
				});
				Future<Boolean> withdraw = pool.submit(() -> {
					barrier.await();
					return publication.withdraw(Reason.OVERLOADED);
				});
				assertThat(claim.get()).isNotEqualTo(withdraw.get());
				assertThat(ear.settled()).hasSize(claim.get() ? 0 : 1);
				claims += claim.get() ? 1 : 0;
			}
		}
		finally {
			pool.shutdownNow();
		}
		assertThat(claims).as("both must have won sometimes, or nothing raced").isBetween(1, 4999);
	}

	@Test
	void isClaimedOnce() {
		Publication publication = Some.publication(this.heard);
		assertThat(publication.claim()).isTrue();
		assertThat(publication.claim()).isFalse();
	}

	@Test
	void whatIsClaimedIsNotWithdrawn() {
		Publication publication = Some.claimed(this.heard);
		assertThat(publication.withdraw(Reason.OVERLOADED)).isFalse();
		assertThat(this.heard.settled()).isEmpty();
	}

	@Test
	void whatNoLaneHasClaimedIsNotSettledByTheBroker() {
		Publication publication = Some.publication(this.heard);
		assertThat(publication.settle(Settlement.ACCEPTED)).isFalse();
		assertThat(this.heard.settled()).isEmpty();
	}

	@Test
	void theFirstWordIsTheAnswer() {
		Publication publication = Some.claimed(this.heard);
		assertThat(publication.settle(Settlement.of(Reason.CONFIRM_TIMEOUT))).isTrue();
		assertThat(publication.settle(Settlement.ACCEPTED)).isFalse();
		assertThat(this.heard.settled()).containsExactly(Settlement.of(Reason.CONFIRM_TIMEOUT));
		assertThat(publication.isSettled()).isTrue();
	}

	@Test
	void goesBackOnceAndIsThenARepublish() {
		Publication publication = Some.claimed(this.heard);
		assertThat(publication.release(System.nanoTime(), 0)).isTrue();
		assertThat(publication.isRepublished()).isTrue();
		assertThat(publication.claim()).isTrue();
		assertThat(publication.release(System.nanoTime(), 0)).isFalse();
		assertThat(this.heard.settled()).isEmpty();
	}

	@Test
	void doesNotGoBackWithTooLittleOfItsDeadlineLeft() {
		Publication publication = Some.publication(this.heard, TimeUnit.MILLISECONDS.toNanos(900), false);
		publication.claim();
		assertThat(publication.release(System.nanoTime(), TimeUnit.SECONDS.toNanos(1))).isFalse();
		assertThat(publication.isRepublished()).isFalse();
		assertThat(publication.settle(Settlement.of(Reason.CONNECTION_LOST))).isTrue();
	}

	@Test
	void doesNotGoBackWhenItIsSettled() {
		Publication publication = Some.claimed(this.heard);
		publication.settle(Settlement.of(Reason.CONFIRM_TIMEOUT));
		assertThat(publication.release(System.nanoTime(), 0)).isFalse();
		assertThat(publication.claim()).isFalse();
	}

	@Test
	void isNeverRejectedOnceACopyIsUnknown() {
		Publication published = Some.claimed(this.heard);
		published.release(System.nanoTime(), 0);
		published.claim();
		published.settle(Settlement.of(Reason.NACKED));
		Publication again = Some.publication(this.heard, 1000, true);
		again.withdraw(Reason.BROKER_BLOCKED);
		assertThat(this.heard.settled()).containsExactly(new Settlement(Outcome.UNKNOWN, Reason.NACKED),
				new Settlement(Outcome.UNKNOWN, Reason.BROKER_BLOCKED));
	}

	@Test
	void isAcceptedAlsoWhenAnotherCopyIsUnknown() {
		Publication again = Some.publication(this.heard, 1000, true);
		again.claim();
		again.settle(Settlement.ACCEPTED);
		assertThat(this.heard.settled()).containsExactly(Settlement.ACCEPTED);
	}

	@Test
	void aLateRefusalOfOneCopySaysNothingOfTheOther() {
		Publication publication = Some.publication(this.heard, 1000, true);
		publication.claim();
		publication.settle(Settlement.of(Reason.CONFIRM_TIMEOUT));
		publication.settleLate(Settlement.of(Reason.NACKED));
		assertThat(this.heard.late()).containsExactly(new Settlement(Outcome.UNKNOWN, Reason.NACKED));
	}

	@Test
	void letsItsBodyGoWhenItIsSettled() {
		Publication publication = Some.claimed(this.heard);
		assertThat(publication.body()).asString().isEqualTo("body");
		publication.settle(Settlement.ACCEPTED);
		assertThatIllegalStateException().isThrownBy(publication::body);
		assertThat(publication.message().body()).isEmpty();
	}

	@Test
	void theLateWordIsHeardAfterTheAnswerAlsoWhenTheyComeTogether() throws Exception {
		CountDownLatch answering = new CountDownLatch(1);
		List<String> words = new CopyOnWriteArrayList<>();
		CountDownLatch lateTried = new CountDownLatch(1);
		Publication publication = new Publication(Some.message("k", "b"), 1, 0, Long.MAX_VALUE, false,
				new Publication.Listener() {

					@Override
					public void settled(Publication publication, Settlement settlement) {
						answering.countDown();
						try {
							// Long enough for the other thread, were it not made to wait.
							lateTried.await(200, TimeUnit.MILLISECONDS);
						}
						catch (InterruptedException ex) {
							Thread.currentThread().interrupt();
						}
						words.add("answer");
					}

					@Override
					public void settledLate(Publication publication, Settlement settlement) {
						words.add("late");
						lateTried.countDown();
					}

				}, null);
		publication.claim();
		Thread deadline = new Thread(() -> publication.settle(Settlement.of(Reason.CONFIRM_TIMEOUT)));
		deadline.start();
		answering.await();
		assertThat(publication.settle(Settlement.ACCEPTED)).isFalse();
		publication.settleLate(Settlement.ACCEPTED);
		deadline.join();
		assertThat(words).containsExactly("answer", "late");
	}

}
