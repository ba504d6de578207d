package dev.waybill.pair;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.waybill.contract.Receipt;
import dev.waybill.contract.SequenceRuns;
import dev.waybill.contract.UnreadableReceiptException;
import dev.waybill.testing.VirtualHost;

/** Reads a copy of every receipt and counts what it says, without any ledger. */
final class ReceiptsTap implements AutoCloseable {

	private final Connection connection;

	private final Map<String, Told> told = new ConcurrentHashMap<>();

	ReceiptsTap(VirtualHost host, String... instances) throws IOException, TimeoutException {
		this.connection = host.connect();
		for (String instance : instances) {
			Told one = new Told();
			this.told.put(instance, one);
			Channel channel = this.connection.createChannel();
			String queue = channel.queueDeclare().getQueue();
			channel.queueBind(queue, "hello.receipts", instance);
			channel.basicConsume(queue, true, (tag, delivery) -> one.read(delivery.getBody()), (tag) -> {
			});
		}
	}

	/** How often a number was called processed, second times included. */
	long processed() {
		return this.told.values().stream().mapToLong((one) -> one.processed).sum();
	}

	long processed(String instance) {
		return told(instance).processed;
	}

	/** How often a copy of a processed one was dropped. */
	long duplicates() {
		return this.told.values().stream().mapToLong((one) -> one.duplicates).sum();
	}

	long duplicates(String instance) {
		return told(instance).duplicates;
	}

	/** How many different numbers were called processed. */
	long numbers(String instance) {
		return told(instance).numbers.values().stream().mapToLong(SequenceRuns::size).sum();
	}

	/** The numbers that were called processed, as {@code source/number}. */
	Set<String> numbersOf(String instance) {
		Set<String> all = new HashSet<>();
		told(instance).numbers.forEach((source, numbers) -> numbers.forEachRun((first, last) -> {
			for (long n = first; n <= last; n++) {
				all.add(String.format("%016x/%d", source, n));
			}
			return true;
		}));
		return all;
	}

	private Told told(String instance) {
		Told one = this.told.get(instance);
		if (one == null) {
			throw new IllegalArgumentException(instance);
		}
		return one;
	}

	@Override
	public void close() throws IOException {
		this.connection.close();
	}

	/** What one producer was told. */
	private static final class Told {

		private final Set<String> seen = new HashSet<>();

		private final Map<Long, SequenceRuns> numbers = new ConcurrentHashMap<>();

		private volatile long processed;

		private volatile long duplicates;

		private synchronized void read(byte[] body) throws IOException {
			Receipt receipt;
			try {
				receipt = Receipt.decode(body);
			}
			catch (UnreadableReceiptException ex) {
				throw new IOException(ex);
			}
			if (!this.seen.add(receipt.sender() + "/" + receipt.number())) {
				return;
			}
			for (Receipt.Run run : receipt.runs()) {
				long length = run.last() - run.first() + 1;
				if (run.kind() == Receipt.Kind.PROCESSED) {
					this.processed += length;
				}
				else if (run.kind() == Receipt.Kind.DUPLICATE) {
					this.duplicates += length;
				}
				if (run.kind() == Receipt.Kind.PROCESSED || run.kind() == Receipt.Kind.DUPLICATE) {
					this.numbers.computeIfAbsent(run.source(), (source) -> new SequenceRuns())
						.add(run.first(), run.last());
				}
			}
		}

	}

}
