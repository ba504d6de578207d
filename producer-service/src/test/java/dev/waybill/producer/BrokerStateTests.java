package dev.waybill.producer;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import dev.waybill.testing.Eventually;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BrokerStateTests {

	private final BrokerState state = new BrokerState();

	@Test
	void isAbsentUntilALaneStarts() {
		assertThat(this.state.refusal()).isEqualTo(Reason.BROKER_UNAVAILABLE);
		assertThat(this.state.problem()).isEqualTo("not connected yet");
		this.state.laneStarted();
		assertThat(this.state.refusal()).isNull();
		assertThat(this.state.problem()).isEmpty();
		assertThat(this.state.isConnected()).isTrue();
	}

	@Test
	void isBlockedWhileTheBrokerSaysSo() {
		this.state.laneStarted();
		this.state.handleBlocked("low on memory");
		assertThat(this.state.refusal()).isEqualTo(Reason.BROKER_BLOCKED);
		assertThat(this.state.outage()).isEqualTo(Reason.BROKER_BLOCKED);
		assertThat(this.state.problem()).isEqualTo("blocked: low on memory");
		this.state.handleUnblocked();
		assertThat(this.state.refusal()).isNull();
	}

	@Test
	void aConnectionThatEndsIsNoLongerBlocked() {
		this.state.laneStarted();
		this.state.handleBlocked("low on disk");
		this.state.laneEnded("gone");
		this.state.unreachable("refused");
		assertThat(this.state.isBlocked()).isFalse();
		assertThat(this.state.refusal()).isEqualTo(Reason.BROKER_UNAVAILABLE);
	}

	@Test
	void aLaneThatOnlyChangesItsChannelTurnsNobodyAway() {
		this.state.laneStarted();
		this.state.laneEnded("channel error");
		assertThat(this.state.refusal()).isNull();
		assertThat(this.state.isLaneless()).isFalse();
		this.state.laneStarted();
		assertThat(this.state.refusal()).isNull();
	}

	@Test
	void lanesThatStayAwayThoughTheBrokerIsThereAreAnOutage() {
		this.state.laneStarted();
		this.state.laneEnded("channel error");
		Eventually.within(Duration.ofSeconds(3), () -> this.state.refusal() == Reason.BROKER_UNAVAILABLE);
		assertThat(this.state.isLaneless()).isTrue();
		assertThat(this.state.problem()).isEqualTo("channel error");
	}

	@Test
	void anUnreachableBrokerIsAnOutageAtOnceAndNoFaultOfTheLanes() {
		this.state.laneStarted();
		this.state.laneEnded("connection error");
		this.state.unreachable("refused");
		assertThat(this.state.refusal()).isEqualTo(Reason.BROKER_UNAVAILABLE);
		assertThat(this.state.isLaneless()).isFalse();
	}

	@Test
	void aBrokerThatRefusesUsIsAFaultOfTheLanes() {
		this.state.refused("wrong password");
		assertThat(this.state.refusal()).isEqualTo(Reason.BROKER_UNAVAILABLE);
		assertThat(this.state.isLaneless()).isTrue();
	}

	@Test
	void oneLaneOfTwoIsEnough() {
		this.state.laneStarted();
		this.state.laneStarted();
		this.state.laneEnded("channel error");
		assertThat(this.state.refusal()).isNull();
		assertThat(this.state.lanesAlive()).isEqualTo(1);
		assertThat(this.state.problem()).isEmpty();
	}

	@Test
	void letsNothingInWhileItStopsThoughWhatIsInGoesOn() {
		this.state.laneStarted();
		this.state.stopping();
		assertThat(this.state.refusal()).isEqualTo(Reason.BROKER_UNAVAILABLE);
		assertThat(this.state.outage()).isNull();
	}

	@Test
	void tellsWhenWaitingHasNoUse() {
		AtomicInteger told = new AtomicInteger();
		this.state.onChange(told::incrementAndGet);
		this.state.laneStarted();
		assertThat(told).hasValue(0);
		this.state.handleBlocked("alarm");
		assertThat(told).hasValue(1);
		this.state.unreachable("gone");
		assertThat(told).hasValue(2);
	}

}
