package dev.waybill.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.waybill.producer.Some.Heard;
import dev.waybill.producer.ledger.DeliveryLedger;
import dev.waybill.producer.ledger.DeliveryLedger.Totals;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ConfirmWindowTests {

	private static final Settlement UNROUTABLE = Settlement.of(Reason.UNROUTABLE);

	private static final Settlement NACKED = Settlement.of(Reason.NACKED);

	private static final Settlement TIMEOUT = Settlement.of(Reason.CONFIRM_TIMEOUT);

	private static final long HOUR = TimeUnit.HOURS.toNanos(1);

	private final DeliveryLedger ledger = Some.ledger();

	private final ConfirmWindow window = new ConfirmWindow(5, 11, this.ledger.open(7));

	/** What became of publish 11, 12, … */
	private final List<Heard> heard = new ArrayList<>();

	@Test
	void aSingleConfirmSettlesOne() {
		publish(3);
		this.window.confirmed(12, false, true);
		assertOutcomes(null, Settlement.ACCEPTED, null);
		assertThat(this.window.size()).isEqualTo(2);
	}

	@Test
	void aMultipleConfirmSettlesAllUpToItsNumber() {
		publish(4);
		this.window.confirmed(13, true, true);
		assertOutcomes(Settlement.ACCEPTED, Settlement.ACCEPTED, Settlement.ACCEPTED, null);
	}

	@Test
	void aMultipleConfirmLeavesAloneWhatWasSettledBefore() {
		publish(4);
		this.window.confirmed(12, false, false);
		this.window.confirmed(14, true, true);
		assertOutcomes(Settlement.ACCEPTED, NACKED, Settlement.ACCEPTED, Settlement.ACCEPTED);
	}

	@Test
	void confirmsMayComeInAnyOrderAndTwice() {
		publish(3);
		this.window.confirmed(13, false, true);
		this.window.confirmed(11, false, false);
		this.window.confirmed(11, false, true);
		this.window.confirmed(12, false, true);
		assertOutcomes(NACKED, Settlement.ACCEPTED, Settlement.ACCEPTED);
		assertThat(this.window.isSettled()).isTrue();
	}

	@Test
	void whatWasReturnedIsUnroutableThoughItIsAcked() {
		publish(3);
		this.window.markReturned(2);
		this.window.confirmed(13, true, true);
		assertOutcomes(Settlement.ACCEPTED, UNROUTABLE, Settlement.ACCEPTED);
		assertThat(this.ledger.totals().accepted()).isEqualTo(2);
		assertThat(this.ledger.totals().rejected()).isEqualTo(1);
	}

	@Test
	void nobodyWaitsWhileFewAreUnconfirmed() throws Exception {
		assertThat(waited(HOUR).get(10, TimeUnit.SECONDS)).isZero();
		publish(1);
		assertThat(waited(HOUR).get(10, TimeUnit.SECONDS)).isEqualTo(1);
	}

	@Test
	void whoWaitsUntilFewAreUnconfirmedGoesOnWithTheConfirmThatLeavesFew() throws Exception {
		publish(3);
		CompletableFuture<Integer> waited = waited(HOUR);
		this.window.confirmed(11, false, true);
		assertThat(waited).isNotDone();
		this.window.confirmed(12, false, true);
		assertThat(waited.get(10, TimeUnit.SECONDS)).isEqualTo(1);
	}

	@Test
	void whoWaitsUntilFewAreUnconfirmedGoesOnWhenItsTimeIsOver() throws Exception {
		publish(2);
		assertThat(waited(1).get(10, TimeUnit.SECONDS)).isEqualTo(2);
	}

	@Test
	void whoWaitsUntilFewAreUnconfirmedGoesOnWhenTheChannelEnds() throws Exception {
		publish(2);
		CompletableFuture<Integer> waited = waited(HOUR);
		this.window.end();
		assertThat(waited.get(10, TimeUnit.SECONDS)).isZero();
	}

	/** How many are unconfirmed at the end of a wait of so many nanoseconds. */
	private CompletableFuture<Integer> waited(long nanos) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				this.window.awaitFew(1, nanos);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return this.window.size();
		});
	}

	@Test
	void whatWasReturnedAndNackedIsNotAccepted() {
		publish(1);
		this.window.markReturned(1);
		this.window.confirmed(11, false, false);
		assertOutcomes(NACKED);
	}

	@Test
	void aReturnDoesNotStickToThePlace() {
		publish(5);
		this.window.markReturned(1);
		this.window.confirmed(15, true, true);
		publish(5);
		this.window.confirmed(20, true, true);
		assertThat(this.heard.get(0).settled()).containsExactly(UNROUTABLE);
		assertThat(this.heard.subList(1, 10))
			.allSatisfy((one) -> assertThat(one.settled()).containsExactly(Settlement.ACCEPTED));
	}

	@ParameterizedTest
	@ValueSource(longs = { -1, 0, 10, 14, 15, 16, 1000 })
	void numbersThatAreNotOutstandingAreIgnored(long number) {
		publish(3);
		this.window.markReturned(number - 10);
		this.window.confirmed(number, false, true);
		this.window.confirmed(number, true, true);
		this.window.confirmed(number, true, false);
		assertOutcomes(null, null, null);
		this.window.confirmed(13, true, true);
		assertOutcomes(Settlement.ACCEPTED, Settlement.ACCEPTED, Settlement.ACCEPTED);
	}

	@Test
	void isFullBySpan() throws Exception {
		publish(5);
		assertThat(this.window.awaitPlace(1)).isFalse();
		this.window.confirmed(15, false, true);
		assertThat(this.window.awaitPlace(1)).isFalse();
		assertThat(this.window.add(Some.claimed(new Heard()))).isNull();
		this.window.confirmed(11, false, true);
		assertThat(this.window.awaitPlace(1)).isTrue();
	}

	@Test
	void whoWaitsForAPlaceIsWokenByAConfirm() throws Exception {
		publish(5);
		Thread broker = new Thread(() -> this.window.confirmed(11, false, true));
		long started = System.nanoTime();
		broker.start();
		assertThat(this.window.awaitPlace(30_000)).isTrue();
		assertThat(System.nanoTime() - started).isLessThan(TimeUnit.SECONDS.toNanos(10));
		broker.join();
	}

	@Test
	void nothingIsCreditedAfterTheEnd() throws Exception {
		publish(3);
		this.window.confirmed(12, false, true);
		assertThat(this.window.end()).hasSize(2);
		this.window.markReturned(1);
		this.window.confirmed(13, true, true);
		this.window.confirmed(11, false, false);
		this.window.expire(Long.MAX_VALUE);
		assertOutcomes(null, Settlement.ACCEPTED, null);
		assertThat(this.window.awaitPlace(1)).isFalse();
		assertThat(this.window.add(Some.claimed(new Heard()))).isNull();
		assertThat(this.window.size()).isZero();
		assertThat(this.window.oldestAge(System.nanoTime())).isZero();
		assertThat(this.window.end()).isEmpty();
	}

	@Test
	void givesBackTheUnconfirmedOldestFirst() {
		List<Publication> published = IntStream.range(0, 4).mapToObj((i) -> publish()).toList();
		this.window.confirmed(12, false, true);
		assertThat(this.window.end()).containsExactly(published.get(0), published.get(2), published.get(3));
	}

	@Test
	void expiryAnswersAndKeepsThePlace() throws Exception {
		publish(5);
		this.window.expire(System.nanoTime());
		assertOutcomes(null, null, null, null, null);
		this.window.expire(System.nanoTime() + TimeUnit.SECONDS.toNanos(6));
		assertOutcomes(TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT);
		assertThat(this.window.awaitPlace(1)).isFalse();
		assertThat(this.window.size()).isEqualTo(5);
		assertThat(this.window.isSettled()).isTrue();
	}

	@Test
	void aConfirmAfterExpiryIsHeardAsLate() {
		publish(3);
		this.window.expire(System.nanoTime() + TimeUnit.SECONDS.toNanos(6));
		this.window.markReturned(2);
		this.window.confirmed(12, true, true);
		this.window.confirmed(13, false, false);
		assertOutcomes(TIMEOUT, TIMEOUT, TIMEOUT);
		assertThat(this.heard.get(0).late()).containsExactly(Settlement.ACCEPTED);
		assertThat(this.heard.get(1).late()).containsExactly(UNROUTABLE);
		assertThat(this.heard.get(2).late()).containsExactly(NACKED);
	}

	@Test
	void theAgeIsThatOfTheOldestUnconfirmed() {
		assertThat(this.window.oldestAge(System.nanoTime())).isZero();
		publish(2);
		long now = System.nanoTime();
		long both = this.window.oldestAge(now + 1000);
		assertThat(both).isGreaterThanOrEqualTo(1000);
		this.window.confirmed(11, false, true);
		assertThat(this.window.oldestAge(now + 1000)).isLessThan(both);
	}

	@Test
	void aMarkerTakesAPublishNumberAndNoOther() {
		publish(1);
		assertThat(this.window.addMarker()).isTrue();
		publish(1);
		assertThat(this.window.size()).isEqualTo(3);
		this.window.markReturned(2);
		this.window.confirmed(13, true, true);
		assertOutcomes(Settlement.ACCEPTED, UNROUTABLE);
		assertThat(this.ledger.totals().attempted()).isEqualTo(2);
		assertThat(this.ledger.totals().accepted()).isEqualTo(1);
		assertThat(this.ledger.totals().rejected()).isEqualTo(1);
		assertThat(this.window.size()).isZero();
	}

	@Test
	void aMarkerWithoutAWordKeepsItsPlaceAndNoRequestWaiting() {
		this.window.addMarker();
		this.window.expire(Long.MAX_VALUE);
		assertThat(this.window.isSettled()).isTrue();
		assertThat(this.window.size()).isEqualTo(1);
		assertThat(this.window.end()).isEmpty();
	}

	@Test
	void noNumberIsGivenForAPublishThatHasNoPlace() {
		publish(5);
		assertThat(this.window.add(Some.claimed(new Heard()))).isNull();
		assertThat(this.window.addMarker()).isFalse();
		this.window.end();
		assertThat(this.window.add(Some.claimed(new Heard()))).isNull();
		assertThat(this.ledger.totals().attempted()).isEqualTo(5);
	}

	@Test
	void theLedgerHasTheLastWord() {
		publish(4);
		this.window.expire(System.nanoTime() + TimeUnit.SECONDS.toNanos(6));
		assertThat(this.ledger.totals().unknown()).isEqualTo(4);
		this.window.confirmed(11, false, true);
		this.window.confirmed(12, false, false);
		assertThat(this.ledger.totals().accepted()).isEqualTo(1);
		assertThat(this.ledger.totals().rejected()).isEqualTo(1);
		assertThat(this.ledger.totals().unknown()).isEqualTo(2);
	}

	@Test
	void atTheEndNothingIsInFlight() {
		publish(3);
		this.window.confirmed(12, false, true);
		this.window.end();
		assertThat(this.ledger.totals().unknown()).isEqualTo(2);
		assertThat(this.ledger.totals().inFlight()).isZero();
	}

	/**
	 * Against a list of plain records, over many times the window, with any confirms,
	 * returns and expiries that a broker may send.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void agreesWithAPlainModelOverManyNumbers(long seed) throws Exception {
		Random random = new Random(seed);
		long first = 1 + random.nextInt(1000);
		int size = 1 + random.nextInt(20);
		DeliveryLedger account = Some.ledger();
		ConfirmWindow ring = new ConfirmWindow(size, first, account.open(7));
		List<Modelled> model = new ArrayList<>();
		for (int step = 0; step < 20_000; step++) {
			long oldest = first + firstOpen(model);
			long next = first + model.size();
			int choice = random.nextInt(10);
			if (choice < 5) {
				boolean place = next - oldest < size;
				assertThat(ring.awaitPlace(0)).isEqualTo(place);
				if (place) {
					Modelled one = new Modelled();
					ring.add(one.publication);
					model.add(one);
				}
			}
			else if (choice == 5) {
				long number = next - random.nextInt(size + 2);
				ring.markReturned(number - first + 1);
				if (number >= oldest && number < next) {
					model.get((int) (number - first)).returned = true;
				}
			}
			else if (choice == 6 && random.nextInt(20) == 0) {
				ring.expire(System.nanoTime() + TimeUnit.SECONDS.toNanos(6));
				model.stream()
					.filter((one) -> one.open && one.expected.isEmpty())
					.forEach((one) -> one.expected.add(TIMEOUT));
			}
			else {
				long number = next - random.nextInt(size + 2);
				boolean multiple = random.nextBoolean();
				boolean ack = random.nextInt(4) > 0;
				ring.confirmed(number, multiple, ack);
				if (number >= oldest && number < next) {
					for (long n = multiple ? oldest : number; n <= number; n++) {
						model.get((int) (n - first)).confirm(ack);
					}
				}
			}
		}
		assertThat(model).hasSizeGreaterThan(50 * size);
		assertThat(ring.size()).isEqualTo((int) model.stream().filter((one) -> one.open).count());
		assertThat(ring.end())
			.containsExactlyElementsOf(model.stream().filter((one) -> one.open).map((one) -> one.publication).toList());
		assertCounts(account.totals(), model);
		assertThat(model).allSatisfy((one) -> {
			List<Settlement> words = one.heard.settled();
			words.addAll(one.heard.late());
			assertThat(words).isEqualTo(one.expected);
		});
	}

	/** The ledger has of each number the last word. */
	private static void assertCounts(Totals totals, List<Modelled> model) {
		assertThat(totals.attempted()).isEqualTo(model.size());
		assertThat(totals.inFlight()).isZero();
		assertThat(totals.accepted()).isEqualTo(model.stream().filter((one) -> one.ends(Settlement.ACCEPTED)).count());
		assertThat(totals.rejected())
			.isEqualTo(model.stream().filter((one) -> one.ends(UNROUTABLE) || one.ends(NACKED)).count());
		assertThat(totals.unknown()).isEqualTo(model.stream().filter((one) -> one.open || one.ends(TIMEOUT)).count());
	}

	private static int firstOpen(List<Modelled> model) {
		int at = model.size();
		for (int i = model.size() - 1; i >= 0 && i >= model.size() - 50; i--) {
			at = model.get(i).open ? i : at;
		}
		return at;
	}

	private Publication publish() {
		Heard ear = new Heard();
		Publication publication = Some.claimed(ear);
		this.heard.add(ear);
		this.window.add(publication);
		return publication;
	}

	private void publish(int count) {
		for (int i = 0; i < count; i++) {
			publish();
		}
	}

	private void assertOutcomes(@Nullable Settlement... expected) {
		for (int i = 0; i < expected.length; i++) {
			Settlement one = expected[i];
			assertThat(this.heard.get(i).settled()).as("publish %s", 11 + i)
				.isEqualTo((one != null) ? List.of(one) : List.of());
		}
	}

	private static final class Modelled {

		private final Heard heard = new Heard();

		private final Publication publication = Some.claimed(this.heard);

		private final List<Settlement> expected = new ArrayList<>();

		private boolean open = true;

		private boolean returned;

		boolean ends(Settlement word) {
			return !this.expected.isEmpty() && this.expected.get(this.expected.size() - 1).equals(word);
		}

		void confirm(boolean ack) {
			if (this.open) {
				this.open = false;
				this.expected.add(ack ? (this.returned ? UNROUTABLE : Settlement.ACCEPTED) : NACKED);
			}
		}

	}

}
