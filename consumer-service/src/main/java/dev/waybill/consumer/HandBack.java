package dev.waybill.consumer;

import java.time.Duration;

/**
 * Decides how what is in hand goes back when listening ends: at once and together if what
 * runs ends soon, else what has not begun first, so that others need not wait for it.
 */
final class HandBack {

	private static final Duration SOON = Duration.ofSeconds(1);

	/** For single settlements to arrive inside the broker before the channel closes. */
	private static final Duration ON_THEIR_WAY = Duration.ofMillis(250);

	/** For what has been processed to be acked and not handed back. */
	private static final Duration FOR_RECEIPTS = Duration.ofSeconds(2);

	private final Intake intake;

	private final RunningAttempts running;

	private final ReceiptsBook receipts;

	HandBack(Intake intake, RunningAttempts running, ReceiptsBook receipts) {
		this.receipts = receipts;
		this.intake = intake;
		this.running = running;
	}

	/**
	 * Ends the intake and hands back what has not begun.
	 * @param patience how long to wait for what has
	 * @return whether all that had begun has ended
	 */
	boolean unbegun(Duration patience) throws InterruptedException {
		this.intake.close();
		if (this.running.awaitNone((patience.compareTo(SOON) < 0) ? patience : SOON)) {
			rest();
			return true;
		}
		unbegunNow();
		if (patience.compareTo(SOON) > 0 && this.running.awaitNone(patience.minus(SOON))) {
			rest();
			return true;
		}
		return false;
	}

	/** Ends the intake and hands back what has not begun, whatever runs. */
	void unbegunNow() throws InterruptedException {
		this.intake.close();
		this.intake.handBackUnbegun();
		this.receipts.awaitSettled(FOR_RECEIPTS);
		Thread.sleep(ON_THEIR_WAY.toMillis());
	}

	/** Hands back whatever is left, but for what can still be acked. */
	void rest() throws InterruptedException {
		this.receipts.awaitSettled(FOR_RECEIPTS);
		this.intake.handBackAll();
	}

}
