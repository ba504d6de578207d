package dev.waybill.producer;

import java.time.Duration;

import dev.waybill.producer.KeyRegistry.Claim;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class KeyRegistryTests {

	private static final Settlement UNKNOWN = Settlement.of(Reason.CONFIRM_TIMEOUT);

	private static final Settlement REJECTED = Settlement.of(Reason.NACKED);

	private final KeyRegistry keys = new KeyRegistry(new KeyRegistry.Settings(Duration.ofMinutes(10), 3));

	private final IncomingMessage message = Some.message("k", "body");

	private final IncomingMessage other = Some.message("k", "another body");

	@Test
	void aKeyInFlightIsTakenByNobodyElse() {
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.FIRST);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.IN_FLIGHT);
		assertThat(this.keys.claim(this.other)).isEqualTo(Claim.REUSED);
	}

	@Test
	void acceptedIsRememberedAsAnAnswer() {
		attempt(this.message, Settlement.ACCEPTED);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.REPLAY);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.REPLAY);
		assertThat(this.keys.claim(this.other)).isEqualTo(Claim.REUSED);
	}

	@Test
	void rejectedFreesTheKeyForAnyContent() {
		attempt(this.message, REJECTED);
		assertThat(this.keys.claim(this.other)).isEqualTo(Claim.FIRST);
	}

	@Test
	void unknownKeepsTheKeyForTheSameContent() {
		attempt(this.message, UNKNOWN);
		assertThat(this.keys.claim(this.other)).isEqualTo(Claim.REUSED);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.AGAIN);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.IN_FLIGHT);
	}

	@Test
	void unknownThenAcceptedIsAccepted() {
		attempt(this.message, UNKNOWN);
		attempt(this.message, Settlement.ACCEPTED);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.REPLAY);
	}

	@Test
	void aLateConfirmSettlesAnUnknownKey() {
		attempt(this.message, UNKNOWN);
		this.keys.settledLate(this.message, Settlement.ACCEPTED);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.REPLAY);
	}

	@Test
	void aLateConfirmSettlesTheKeyAlsoWhileARepeatIsInFlight() {
		attempt(this.message, UNKNOWN);
		this.keys.claim(this.message);
		this.keys.settledLate(this.message, Settlement.ACCEPTED);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.REPLAY);
		this.keys.settled(this.message, UNKNOWN);
		assertThat(this.keys.claim(this.message)).as("accepted stays accepted").isEqualTo(Claim.REPLAY);
	}

	@Test
	void aReceiptSettlesAnUnknownKey() {
		attempt(this.message, UNKNOWN);
		this.keys.reported("k");
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.REPLAY);
		assertThat(this.keys.claim(this.other)).isEqualTo(Claim.REUSED);
	}

	@Test
	void aReceiptThatComesBeforeTheDeadlineSettlesTheKeyToo() {
		this.keys.claim(this.message);
		this.keys.reported("k");
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.IN_FLIGHT);
		this.keys.settled(this.message, UNKNOWN);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.REPLAY);
	}

	@Test
	void aReceiptForAKeyThatIsNotKnownSaysNothing() {
		this.keys.reported("k");
		assertThat(this.keys.claim(this.other)).isEqualTo(Claim.FIRST);
	}

	@Test
	void aLateRefusalFreesAnUnknownKey() {
		attempt(this.message, UNKNOWN);
		this.keys.settledLate(this.message, REJECTED);
		assertThat(this.keys.claim(this.other)).isEqualTo(Claim.FIRST);
	}

	@Test
	void aLateRefusalOfOneAttemptFreesNothingWhileAnotherIsUnknown() {
		attempt(this.message, UNKNOWN);
		attempt(this.message, UNKNOWN);
		this.keys.settledLate(this.message, REJECTED);
		assertThat(this.keys.claim(this.other)).isEqualTo(Claim.REUSED);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.AGAIN);
	}

	@Test
	void aLateWordChangesNothingOfAnAcceptedKey() {
		attempt(this.message, UNKNOWN);
		attempt(this.message, Settlement.ACCEPTED);
		this.keys.settledLate(this.message, REJECTED);
		this.keys.settledLate(this.message, new Settlement(Outcome.UNKNOWN, Reason.NACKED));
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.REPLAY);
	}

	@Test
	void aLateWordOfAnotherContentIsNotTheKeys() {
		attempt(this.message, UNKNOWN);
		this.keys.settledLate(this.other, Settlement.ACCEPTED);
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.AGAIN);
	}

	@Test
	void whatIsInFlightIsNeverEvicted() {
		this.keys.claim(this.message);
		for (int i = 0; i < 100; i++) {
			attempt(Some.message("other-" + i, "body"), Settlement.ACCEPTED);
		}
		assertThat(this.keys.claim(this.message)).isEqualTo(Claim.IN_FLIGHT);
	}

	@Test
	void theOldestGoesFirstWhenThereAreTooMany() {
		attempt(Some.message("a", "1"), UNKNOWN);
		attempt(Some.message("b", "1"), Settlement.ACCEPTED);
		attempt(Some.message("c", "1"), Settlement.ACCEPTED);
		attempt(Some.message("d", "1"), Settlement.ACCEPTED);
		assertThat(this.keys.claim(Some.message("a", "2"))).isEqualTo(Claim.FIRST);
		assertThat(this.keys.claim(Some.message("b", "1"))).isEqualTo(Claim.REPLAY);
		assertThat(this.keys.claim(Some.message("d", "1"))).isEqualTo(Claim.REPLAY);
	}

	@Test
	void anIdThatWeMadeIsRememberedOnlyOnceItIsUnknown() {
		this.keys.settled(Some.messageWithoutKey("made", "body"), Settlement.ACCEPTED);
		this.keys.settled(Some.messageWithoutKey("refused", "body"), REJECTED);
		assertThat(this.keys.claim(Some.message("made", "x"))).isEqualTo(Claim.FIRST);
		assertThat(this.keys.claim(Some.message("refused", "x"))).isEqualTo(Claim.FIRST);
		this.keys.settled(Some.messageWithoutKey("unknown", "body"), UNKNOWN);
		assertThat(this.keys.claim(Some.message("unknown", "x"))).isEqualTo(Claim.REUSED);
		assertThat(this.keys.claim(Some.message("unknown", "body"))).isEqualTo(Claim.AGAIN);
	}

	@Test
	void anUnknownIdThatWeMadeIsSettledByItsLateConfirm() {
		IncomingMessage made = Some.messageWithoutKey("made", "body");
		this.keys.settled(made, UNKNOWN);
		this.keys.settledLate(made, Settlement.ACCEPTED);
		assertThat(this.keys.claim(Some.message("made", "body"))).isEqualTo(Claim.REPLAY);
	}

	@Test
	void whatMayBeStoredIsWhatIsInFlightUnknownOrAccepted() {
		assertThat(this.keys.mayBeStored("k")).isFalse();
		this.keys.claim(this.message);
		assertThat(this.keys.mayBeStored("k")).isTrue();
		this.keys.settled(this.message, REJECTED);
		assertThat(this.keys.mayBeStored("k")).isFalse();
		attempt(this.message, UNKNOWN);
		assertThat(this.keys.mayBeStored("k")).isTrue();
		attempt(this.message, Settlement.ACCEPTED);
		assertThat(this.keys.mayBeStored("k")).isTrue();
	}

	/** Else a message whose body is gone could not be told from another. */
	@Test
	void anUnknownIdThatWeMadeIsToldFromAnotherContentAlsoWhenItsBodyIsGone() {
		IncomingMessage made = Some.messageWithoutKey("made", "body");
		made.letGo(Outcome.UNKNOWN);
		this.keys.settled(made, UNKNOWN);
		assertThat(this.keys.claim(Some.message("made", "x"))).isEqualTo(Claim.REUSED);
		assertThat(this.keys.claim(Some.message("made", "body"))).isEqualTo(Claim.AGAIN);
	}

	@Test
	void aBodyThatIsGoneIsNeverDigestedAsAnEmptyOne() {
		IncomingMessage made = Some.messageWithoutKey("made", "body");
		made.letGo(Outcome.ACCEPTED);
		assertThatIllegalStateException().isThrownBy(made::digest);
		this.keys.settled(made, Settlement.ACCEPTED);
		assertThat(this.keys.claim(Some.message("made", "x"))).isEqualTo(Claim.FIRST);
	}

	private void attempt(IncomingMessage message, Settlement settlement) {
		this.keys.claim(message);
		this.keys.settled(message, settlement);
	}

}
