package dev.waybill.producer;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.rabbitmq.client.Connection;
import dev.waybill.contract.BrokerRefusedException;
import dev.waybill.contract.HelloTopology;
import dev.waybill.producer.ledger.Checkpoints;
import dev.waybill.producer.ledger.DeliveryLedger;

/**
 * Makes sure that receipts have a queue to come to, and takes it as a receipt gap where
 * it was there before and is gone.
 * <p>
 * Lanes ask before they publish, and the listener before it reads: whoever comes first
 * finds it missing.
 */
final class ReceiptsQueue {

	/** A file that cannot be written for 5 s is done without. */
	private static final long DISK_SECONDS = 10;

	private static final long FIRST_READ_SECONDS = 1;

	private final HelloTopology topology;

	private final String instance;

	private final DeliveryLedger ledger;

	private final Checkpoints checkpoints;

	private boolean missing;

	private final CountDownLatch read = new CountDownLatch(1);

	ReceiptsQueue(HelloTopology topology, String instance, DeliveryLedger ledger, Checkpoints checkpoints) {
		this.topology = topology;
		this.instance = instance;
		this.ledger = ledger;
		this.checkpoints = checkpoints;
	}

	/**
	 * Makes sure that it is declared and bound, and that it is ours.
	 * @param connection an open connection
	 * @throws BrokerRefusedException where somebody must change something first
	 * @throws IOException where the connection fails meanwhile, or it is not known yet
	 * whether another producer reads it
	 */
	void ensureOurs(Connection connection) throws IOException {
		if (!await(this.read, FIRST_READ_SECONDS)) {
			throw new IOException("the receipts of instance '" + this.instance + "' are not read yet");
		}
		ensure(connection);
	}

	/** Makes sure that it is declared and bound. */
	synchronized void ensure(Connection connection) throws IOException {
		if (!this.missing && !this.ledger.isQueueDeclared()) {
			this.topology.ensureReceiptsQueue(connection, this.instance);
		}
		else if (!this.topology.hasReceiptsQueue(connection, this.instance)) {
			if (!this.missing) {
				this.missing = true;
				this.ledger.gapBegins("the queue of the receipts is gone");
			}
			awaitDisk();
			this.topology.declareReceiptsQueue(connection, this.instance);
		}
		this.topology.bindReceiptsQueue(connection, this.instance);
		this.ledger.queueDeclared();
		if (this.missing) {
			this.missing = false;
			this.ledger.gapEnds();
		}
	}

	/** It is read by us, and by nobody else. */
	void isRead() {
		this.read.countDown();
	}

	/** What the gap covers must be known after a kill, too. */
	private void awaitDisk() throws IOException {
		CountDownLatch onDisk = new CountDownLatch(1);
		this.checkpoints.whenOnDisk(onDisk::countDown);
		if (!await(onDisk, DISK_SECONDS)) {
			throw new IOException("the ledger could not be written");
		}
	}

	private static boolean await(CountDownLatch latch, long seconds) throws IOException {
		try {
			return latch.await(seconds, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
	}

}
