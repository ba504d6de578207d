package dev.waybill.producer;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.waybill.contract.BrokerRefusedException;
import dev.waybill.contract.HelloTopology;
import dev.waybill.contract.HelloTopology.Role;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.amqp.rabbit.connection.ConnectionFactory;

/**
 * Keeps the receipts being read, by this producer alone; decides when another reader is
 * one too many.
 * <p>
 * A quorum queue takes no notice of a consumer's wish to be the only one (seen on
 * RabbitMQ 4.3.6), so the consumers are counted: before, since one that is there has the
 * older right; and after, when of two that came at once both go and come again. Long
 * because another reader, a refusal and an absent broker each end an attempt differently.
 */
final class ReceiptListener {

	private static final Logger logger = LoggerFactory.getLogger(ReceiptListener.class);

	/** By then the broker has missed the heartbeats of one that is gone. */
	private static final Duration OTHER_READER = Duration.ofSeconds(20);

	private static final Duration FIRST_ATTEMPT = Duration.ofSeconds(30);

	private static final long STOP_MILLIS = 500;

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

	private final ConnectionFactory connections;

	private final HelloTopology topology;

	private final ReceiptsQueue queue;

	private final String queueName;

	private final String instance;

	private final ReceiptIntake intake;

	private final Thread thread = new Thread(this::keepReading, "receipts");

	private final CompletableFuture<Boolean> firstAttempt = new CompletableFuture<>();

	private volatile boolean stopping;

	private volatile @Nullable ReceiptReader reader;

	private long otherSince;

	private boolean hasRead;

	private String problem = "";

	ReceiptListener(ConnectionFactory connections, HelloTopology topology, ReceiptsQueue queue, String queueName,
			String instance, ReceiptIntake intake) {
		this.connections = connections;
		this.topology = topology;
		this.queue = queue;
		this.queueName = queueName;
		this.instance = instance;
		this.intake = intake;
		this.thread.setDaemon(true);
	}

	/**
	 * Begins, and waits until receipts are read; a broker that is absent is waited for in
	 * the background.
	 * @throws BrokerRefusedException where the broker is there and refuses us, or another
	 * producer has our name
	 */
	void start() {
		this.thread.start();
		try {
			this.firstAttempt.get(FIRST_ATTEMPT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			stop();
			if (ex.getCause() instanceof BrokerRefusedException refused) {
				throw refused;
			}
			throw new IllegalStateException(ex.getCause());
		}
		catch (TimeoutException ex) {
			logger.warn("No receipts are read yet; trying on");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Acks what is on disk and reads no more; the rest comes again. */
	void stop() {
		this.stopping = true;
		ReceiptReader current = this.reader;
		if (current != null) {
			current.end();
		}
		try {
			this.thread.join(STOP_MILLIS);
			this.thread.interrupt();
			this.thread.join(STOP_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Whatever happens, receipts wait for their reader until it stops. */
	private void keepReading() {
		long pause = 0;
		while (!this.stopping) {
			try {
				Thread.sleep(pause);
				// Not all that wait at the same time.
				pause = read() ? 0 : ThreadLocalRandom.current().nextLong(100, 500);
			}
			catch (Throwable ex) {
				pause = Math.min(LONGEST_PAUSE.toMillis(), Math.max(50, 2 * pause));
				tellFailure(ex);
			}
		}
	}

	private void tellFailure(Throwable ex) {
		try {
			failed(ex);
		}
		catch (Throwable untold) { // there may be no memory for it
			this.problem = "";
		}
	}

	/**
	 * Reads until the channel ends, or the queue; false where another reader is there.
	 */
	private boolean read() throws IOException, InterruptedException, TimeoutException {
		Connection connection = Objects.requireNonNull(this.connections.createConnection().getDelegate());
		this.topology.ensure(connection, Role.PRODUCER);
		this.queue.ensure(connection);
		Channel channel = connection.createChannel();
		if (channel == null) {
			throw new IOException("the broker has no channel left");
		}
		ReceiptReader reader = new ReceiptReader(channel, this.intake);
		try {
			if (!isAlone(channel, reader)) {
				another();
				return false;
			}
			this.reader = reader;
			this.otherSince = 0;
			this.hasRead = true;
			this.problem = "";
			logger.info("Reading the receipts of '{}'", this.instance);
			reader.begin();
			this.queue.isRead();
			this.firstAttempt.complete(true);
			reader.ackUntilTheEnd();
			return true;
		}
		finally {
			this.reader = null;
			// What was delivered to it waits for a word, and the end of the channel
			// behind that.
			reader.end();
			if (channel.isOpen()) {
				channel.close();
			}
		}
	}

	private boolean isAlone(Channel channel, ReceiptReader reader) throws IOException {
		if (readers(channel) > 0) {
			return false;
		}
		reader.subscribe(this.queueName);
		return readers(channel) == 1;
	}

	private int readers(Channel channel) throws IOException {
		return channel.queueDeclarePassive(this.queueName).getConsumerCount();
	}

	private void another() {
		long now = System.nanoTime();
		String sentence = "Another program reads the receipts of '" + this.instance + "' from the queue '"
				+ this.queueName + "': stop it, or set waybill.instance to a name that no other producer has";
		if (this.otherSince == 0) {
			this.otherSince = now;
			logger.warn(sentence);
		}
		if (now - this.otherSince > OTHER_READER.toNanos() && !this.hasRead) {
			throw new BrokerRefusedException(sentence);
		}
	}

	private void failed(Throwable ex) {
		BrokerRefusedException refused = BrokerRefusedException.find(ex);
		String why = String.valueOf((refused != null) ? refused.getMessage() : ex);
		boolean news = !this.problem.equals(why);
		this.problem = why;
		if (refused != null) {
			if (news) {
				logger.error("No receipts are read: {}", why);
			}
			this.firstAttempt.completeExceptionally(refused);
		}
		else {
			if (news && !this.stopping) {
				logger.warn("No receipts are read, trying on: {}", why);
			}
			this.firstAttempt.complete(false);
		}
	}

}
