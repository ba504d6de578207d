package dev.waybill.producer;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;

/**
 * Reads receipts over one channel; decides when each is acked.
 * <p>
 * A receipt is acked when it is on disk, so that a kill loses none; one that only a later
 * version can read is not, and nothing behind it is read. Its channel stays open then,
 * since a queue that nobody reads expires.
 */
final class ReceiptReader extends DefaultConsumer {

	/** Receipts on their way to the disk. */
	private static final int PREFETCH = 4000;

	private static final long LOOK_MILLIS = 500;

	private final ReceiptIntake intake;

	/** Whether this is the only reader; what comes before that is known must wait. */
	private final CompletableFuture<Boolean> alone = new CompletableFuture<>();

	private boolean stuck;

	private long taken;

	private boolean asked;

	private long onDisk;

	private long acked;

	private boolean ended;

	ReceiptReader(Channel channel, ReceiptIntake intake) {
		super(channel);
		this.intake = intake;
	}

	/** Subscribes, and takes nothing in yet. */
	void subscribe(String queue) throws IOException {
		getChannel().basicQos(PREFETCH);
		getChannel().basicConsume(queue, false, this);
	}

	/** Takes in what comes. */
	void begin() {
		this.alone.complete(true);
	}

	/** Acks, on the caller's thread, until the channel or the queue is gone. */
	void ackUntilTheEnd() throws IOException, InterruptedException {
		for (long upTo = awaitMore(); upTo > this.acked; upTo = awaitMore()) {
			getChannel().basicAck(upTo, true);
			this.acked = upTo;
		}
	}

	@Override
	public void handleDelivery(String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
		if (this.alone.join() && !this.stuck) {
			if (this.intake.take(body)) {
				taken(envelope.getDeliveryTag());
			}
			else {
				this.stuck = true;
			}
		}
	}

	@Override
	public void handleCancel(String consumerTag) {
		end();
	}

	@Override
	public void handleShutdownSignal(String consumerTag, ShutdownSignalException signal) {
		end();
	}

	/** Acks what is on disk, and no more. */
	synchronized void end() {
		this.alone.complete(false);
		this.ended = true;
		notifyAll();
	}

	private synchronized long awaitMore() throws InterruptedException {
		while (this.onDisk == this.acked && !this.ended && getChannel().isOpen()) {
			wait(LOOK_MILLIS);
		}
		return getChannel().isOpen() ? this.onDisk : this.acked;
	}

	private void taken(long tag) {
		synchronized (this) {
			this.taken = tag;
			if (this.asked) {
				return;
			}
			this.asked = true;
		}
		ask(tag);
	}

	/** One question at a time: a checkpoint holds all that was taken in before it. */
	private void ask(long upTo) {
		this.intake.whenOnDisk(() -> onDisk(upTo));
	}

	private void onDisk(long upTo) {
		long more;
		synchronized (this) {
			this.onDisk = upTo;
			more = this.taken;
			this.asked = more > upTo;
			notifyAll();
		}
		if (more > upTo) {
			ask(more);
		}
	}

}
