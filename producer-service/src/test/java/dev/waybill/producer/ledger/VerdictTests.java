package dev.waybill.producer.ledger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.producer.ledger.DeliveryLedger.NumberState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** What makes a number lost, and what does not. */
@ExtendWith(OutputCaptureExtension.class)
class VerdictTests {

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final Duration HELD = Duration.ofSeconds(30);

	private static final long SOURCE = 0xabcdL;

	private long now;

	private long receiptNumber;

	private long answers;

	private DeliveryLedger ledger = ledger(true);

	private LaneAccount lane = this.ledger.open(SOURCE);

	@Test
	void oneMarkerIsNoProofOfLossNorAreTwo() {
		accept();
		proveBy(2);
		assertThat(state(1)).isEqualTo(NumberState.PENDING);
	}

	@Test
	void threeMarkersEachAPatienceAfterTheOneBeforeAreAProof(CapturedOutput output) {
		accept();
		proveBy(3);
		assertThat(state(1)).isEqualTo(NumberState.LOST);
		assertThat(this.ledger.totals().lost()).isEqualTo(1);
		assertThat(output).containsOnlyOnce("Lost: numbers 1 to 1 of source 000000000000abcd");
		for (int i = 0; i < 100; i++) {
			pass(HELD);
			returnMarkers();
		}
		assertThat(output).containsOnlyOnce("Lost: numbers 1 to 1 of source 000000000000abcd");
	}

	@Test
	void aLossIsNamedAfterThreeToFourPatiencesWhenMarkersComeBackAtOnce() {
		accept();
		while (state(1) == NumberState.PENDING) {
			pass(HELD.dividedBy(10));
			returnMarkers();
		}
		assertThat(Duration.ofNanos(this.now)).isBetween(PATIENCE.multipliedBy(3), PATIENCE.multipliedBy(4));
	}

	@Test
	void whatALaneGaveLastBeforeItEndedIsAskedAfterToo() {
		this.lane.accepted(this.lane.next());
		this.lane.end();
		proveBy(3);
		assertThat(state(1)).isEqualTo(NumberState.LOST);
	}

	@Test
	void aMentionCountsAsTheFirstMarkerAndSetsBackWhatThereWas() {
		accept();
		proveBy(2);
		receive(new Run(Kind.HELD, SOURCE, 1, 1));
		pass(PATIENCE.multipliedBy(2));
		proveBy(1);
		assertThat(state(1)).isEqualTo(NumberState.PENDING);
		proveBy(1);
		assertThat(state(1)).isEqualTo(NumberState.LOST);
	}

	@Test
	void aNumberThatIsNamedAgainAndAgainIsNeverLost() {
		accept();
		for (int i = 0; i < 200; i++) {
			receive(new Run(Kind.HELD, SOURCE, 1, 1));
			pass(HELD);
			returnMarkers();
		}
		assertThat(state(1)).isEqualTo(NumberState.PENDING);
	}

	@Test
	void noClockAloneCondemnsAnything() {
		accept();
		for (int i = 0; i < 100; i++) {
			pass(PATIENCE.multipliedBy(10));
		}
		assertThat(state(1)).isEqualTo(NumberState.PENDING);
		assertThat(this.ledger.totals().markersPublished()).isZero();
	}

	@Test
	void aMarkerThatWasPublishedBeforeProvesNothingOfWhatWasAcceptedAfter() {
		accept();
		pass(PATIENCE.multipliedBy(2));
		OptionalLong early = this.ledger.takeMarker();
		pass(PATIENCE);
		long second = accept();
		answer(early);
		proveBy(2);
		assertThat(state(1)).isEqualTo(NumberState.LOST);
		assertThat(state(second)).isEqualTo(NumberState.PENDING);
	}

	@Test
	void aNumberOfAMarkerThatNobodyPublishedProvesNothing() {
		accept();
		for (int i = 0; i < 5; i++) {
			pass(PATIENCE.multipliedBy(2));
			answer(OptionalLong.of(17));
		}
		assertThat(state(1)).isEqualTo(NumberState.PENDING);
	}

	@Test
	void nothingIsLostWhileAReceiptIsMissingAndOnceItHasComeAllIsAsBefore() {
		accept();
		proveBy(2);
		this.now += PATIENCE.multipliedBy(2).toNanos();
		this.ledger.tick();
		OptionalLong third = this.ledger.takeMarker();
		assertThat(third).isPresent();
		receive();
		this.receiptNumber++; // one that is missing
		receive();
		answer(third);
		assertThat(state(1)).isEqualTo(NumberState.PENDING);
		this.ledger.merge(new Receipt(5, 2, List.of(), List.of(), List.of()));
		proveBy(1);
		assertThat(state(1)).isEqualTo(NumberState.LOST);
	}

	@Test
	void aReceiptThatStaysAwayIsAGapAndWhatWasPublishedBeforeIsUnaudited() {
		accept();
		receive();
		this.receiptNumber++;
		receive();
		pass(HELD.multipliedBy(2).plusSeconds(1));
		long after = accept();
		proveAll();
		assertThat(state(1)).isEqualTo(NumberState.UNAUDITED);
		assertThat(state(after)).isEqualTo(NumberState.LOST);
	}

	@Test
	void aGapCoversWhatIsPublishedUntilItsEndAndNothingAfter() {
		accept();
		this.ledger.gapBegins("a test");
		long within = accept();
		long inFlight = this.lane.next();
		this.ledger.gapEnds();
		this.lane.accepted(inFlight);
		long after = accept();
		proveAll();
		assertThat(List.of(state(1), state(within), state(inFlight))).containsOnly(NumberState.UNAUDITED);
		assertThat(state(after)).isEqualTo(NumberState.LOST);
		assertThat(this.ledger.totals().gaps()).isEqualTo(1);
	}

	@Test
	void whatTurnsUpTakesItsLostBack(CapturedOutput output) {
		accept();
		proveBy(3);
		receive(new Run(Kind.PROCESSED, SOURCE, 1, 1));
		assertThat(state(1)).isEqualTo(NumberState.PROCESSED);
		assertThat(this.ledger.totals().lost()).isZero();
		assertThat(output).contains("Lost taken back: 1 numbers of 1 to 1 of source 000000000000abcd");
	}

	@Test
	void whereNothingIsPromisedNothingIsLost() {
		this.ledger = ledger(false);
		this.lane = this.ledger.open(SOURCE);
		accept();
		proveBy(3);
		assertThat(state(1)).isEqualTo(NumberState.UNAUDITED);
	}

	@Test
	void inAHealthyPairNoMarkerIsEverPublished() {
		for (int i = 0; i < 1000; i++) {
			long number = accept();
			pass(Duration.ofSeconds(1));
			assertThat(this.ledger.takeMarker()).isEmpty();
			receive(new Run(Kind.PROCESSED, SOURCE, number, number));
		}
		assertThat(this.ledger.totals().markersPublished()).isZero();
	}

	@Test
	void aMarkerIsDueWhenSomethingIsOpenForLongerThanThePatienceAndThenOnceAPatience() {
		accept();
		pass(PATIENCE.minusSeconds(1));
		assertThat(this.ledger.takeMarker()).isEmpty();
		pass(Duration.ofSeconds(5));
		assertThat(this.ledger.takeMarker()).isPresent();
		pass(PATIENCE.minusSeconds(1));
		assertThat(this.ledger.takeMarker()).isEmpty();
		pass(Duration.ofSeconds(5));
		assertThat(this.ledger.takeMarker()).isPresent();
		assertThat(this.ledger.totals().auditAge()).isGreaterThan(PATIENCE);
	}

	@Test
	void theAgeOfTheAuditIsOfWhatIsPending() {
		pass(PATIENCE.multipliedBy(5));
		assertThat(this.ledger.totals().auditAge()).isZero();
		accept();
		pass(Duration.ofSeconds(60));
		assertThat(this.ledger.totals().auditAge()).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
		pass(PATIENCE);
		returnMarkers();
		pass(Duration.ofSeconds(7));
		assertThat(this.ledger.totals().auditAge()).isEqualTo(Duration.ofSeconds(7));
	}

	private DeliveryLedger ledger(boolean promised) {
		return new DeliveryLedger.Builder(PATIENCE, HELD, promised).clocks(() -> this.now, () -> this.now / 1_000_000)
			.inMemory();
	}

	private long accept() {
		long number = this.lane.next();
		this.lane.accepted(number);
		this.ledger.tick();
		return number;
	}

	/** As many markers as this, each published when it may and returned at once. */
	private void proveBy(int markers) {
		int returned = 0;
		while (returned < markers) {
			pass(HELD.dividedBy(10));
			returned += returnMarkers();
			assertThat(Duration.ofNanos(this.now)).isLessThan(Duration.ofDays(1));
		}
	}

	private void proveAll() {
		while (this.ledger.totals().pending() > 0) {
			proveBy(1);
		}
	}

	private int returnMarkers() {
		OptionalLong marker = this.ledger.takeMarker();
		marker.ifPresent((number) -> answer(OptionalLong.of(number)));
		return marker.isPresent() ? 1 : 0;
	}

	private void answer(OptionalLong marker) {
		List<Long> markers = new ArrayList<>();
		marker.ifPresent(markers::add);
		this.ledger.merge(new Receipt(9, ++this.answers, List.of(), markers, List.of()));
	}

	private void receive(Run... runs) {
		this.ledger.merge(new Receipt(5, ++this.receiptNumber, Arrays.asList(runs), List.of(), List.of()));
	}

	private void pass(Duration time) {
		this.now += time.toNanos();
		this.ledger.tick();
	}

	private NumberState state(long number) {
		NumberState state = this.ledger.stateOf(SOURCE, number);
		assertThat(state).isNotNull();
		return state;
	}

}
