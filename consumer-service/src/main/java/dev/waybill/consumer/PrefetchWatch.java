package dev.waybill.consumer;

import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides how large a prefetch may be: what the broker has sent is read within half of
 * the held interval, or its producer would hear nothing of it and in the end take it for
 * lost; and within 10 s, since RabbitMQ closes a connection that takes nothing for some
 * 30 s. Where the limit of bytes keeps it unread for longer, listening begins anew with a
 * prefetch that fits, until the configured one does again.
 */
final class PrefetchWatch {

	private static final Logger logger = LoggerFactory.getLogger(PrefetchWatch.class);

	private static final Duration LONGEST_UNREAD = Duration.ofSeconds(10);

	/** Before a larger prefetch is tried. */
	private static final Duration CALM = Duration.ofMinutes(1);

	private final ListenerControl control;

	private final ProcessingSettings settings;

	private final Containers containers;

	private final HandBack handBack;

	private final InHand inHand;

	private final InHandBytes bytes;

	private final Duration longestUnread;

	private final Duration look;

	private boolean marked;

	private long mark;

	private long markedAt;

	PrefetchWatch(ListenerControl control, ProcessingSettings settings, ReceiptSettings receipts, Containers containers,
			HandBack handBack, InHand inHand, InHandBytes bytes) {
		this.control = control;
		this.settings = settings;
		this.containers = containers;
		this.handBack = handBack;
		this.inHand = inHand;
		this.bytes = bytes;
		Duration half = receipts.heldInterval().dividedBy(2);
		this.longestUnread = (half.compareTo(LONGEST_UNREAD) < 0) ? half : LONGEST_UNREAD;
		this.look = this.longestUnread.dividedBy(5);
		control.later(this::look, this.look);
	}

	private void look() {
		try {
			if (this.control.state() == ListenerState.CONSUMING) {
				judge();
			}
			else {
				this.marked = false;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.control.later(this::look, this.look);
		}
	}

	private void judge() throws InterruptedException {
		Duration calm = this.bytes.calm();
		long now = System.nanoTime();
		if (calm.compareTo(this.look.multipliedBy(2)) > 0) {
			this.marked = false;
			if (this.containers.isReduced() && calm.compareTo(CALM) > 0 && fitsAgain()) {
				begin(this.containers.configuredPrefetch());
			}
		}
		else if (!this.marked || this.bytes.read() >= this.mark) {
			// More than this the broker cannot have sent by now.
			this.mark = this.bytes.read() + this.containers.prefetch();
			this.markedAt = now;
			this.marked = true;
		}
		else if (now - this.markedAt >= this.longestUnread.toNanos()
				&& this.inHand.deliveries().size() < this.containers.prefetch()) {
			begin(Math.max(1, this.inHand.deliveries().size()));
		}
	}

	private boolean fitsAgain() {
		int count = this.inHand.deliveries().size();
		return count == 0 || this.bytes.bytes() / count * this.containers.configuredPrefetch() < this.bytes.limit();
	}

	private void begin(int prefetch) throws InterruptedException {
		logger.info(
				"Listening anew with a prefetch of {}: {} deliveries of {} bytes in all are in hand, "
						+ "and the limit is {}",
				prefetch, this.inHand.deliveries().size(), this.bytes.bytes(), this.bytes.limit());
		this.marked = false;
		this.handBack.unbegun(this.settings.processTimeout().plus(this.settings.interruptGrace()));
		this.containers.stopHello();
		this.containers.prefetch(prefetch);
		this.control.consume();
	}

}
