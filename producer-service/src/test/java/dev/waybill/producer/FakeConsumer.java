package dev.waybill.producer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import dev.waybill.contract.Marker;
import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.VirtualHost;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** Takes messages and sends receipts, exactly as a test says. */
final class FakeConsumer implements AutoCloseable {

	private final Connection connection;

	private final Channel channel;

	private final String instance;

	private final long sender = ThreadLocalRandom.current().nextLong();

	private long number;

	FakeConsumer(VirtualHost host, String instance) throws IOException, TimeoutException {
		this.connection = host.connect();
		this.channel = this.connection.createChannel();
		this.channel.confirmSelect();
		this.instance = instance;
	}

	/** Takes all that waits, for good, and gives the waybills of the messages in it. */
	List<Waybill> takeMessages() throws IOException {
		List<Waybill> messages = new ArrayList<>();
		for (GetResponse one : take()) {
			Map<String, Object> headers = one.getProps().getHeaders();
			if (headers.get(Waybill.SOURCE) instanceof Long source
					&& headers.get(Waybill.SEQUENCE) instanceof Long sequence
					&& headers.get(Waybill.ACCEPTED_AT) instanceof Long acceptedAt) {
				messages.add(new Waybill(one.getProps().getAppId(), source, sequence, acceptedAt, false));
			}
		}
		return messages;
	}

	/** Takes all that waits, for good, and gives the numbers of the markers in it. */
	List<Long> takeMarkers() throws IOException {
		List<Long> markers = new ArrayList<>();
		for (GetResponse one : take()) {
			Long marker = markerOf(one);
			if (marker != null) {
				markers.add(marker);
			}
		}
		return markers;
	}

	/** The number of a marker; null for a message. */
	static @Nullable Long markerOf(GetResponse one) {
		return Marker.numberOf(one.getProps().getAppId(), one.getProps().getHeaders(), one.getBody());
	}

	List<GetResponse> take() throws IOException {
		List<GetResponse> all = new ArrayList<>();
		for (GetResponse one = this.channel.basicGet("hello", true); one != null; one = this.channel.basicGet("hello",
				true)) {
			all.add(one);
		}
		return all;
	}

	/** Reports messages, with clock readings. */
	Receipt report(Kind kind, List<Waybill> messages) {
		long now = System.currentTimeMillis() * 1000;
		return report(
				messages.stream().map((one) -> new Run(kind, one.source(), one.sequence(), one.sequence())).toList(),
				List.of(),
				messages.stream()
					.map((one) -> new Reading(one.source(), one.sequence(), one.acceptedAt(), now, now))
					.toList());
	}

	Receipt report(Run... runs) {
		return report(Arrays.asList(runs), List.of(), List.of());
	}

	Receipt answer(List<Long> markers) {
		return report(List.of(), markers, List.of());
	}

	/** Loses the next receipt: its number is used and it is never sent. */
	void skip() {
		this.number++;
	}

	private Receipt report(List<Run> runs, List<Long> markers, List<Reading> readings) {
		Receipt receipt = new Receipt(this.sender, ++this.number, runs, markers, readings);
		send(receipt.encode());
		return receipt;
	}

	/** Sends any bytes to where receipts go. */
	void send(byte[] body) {
		try {
			this.channel.basicPublish("hello.receipts", this.instance,
					new BasicProperties.Builder().contentType(Receipt.CONTENT_TYPE).deliveryMode(2).build(), body);
			assertThat(this.channel.waitForConfirms(5000)).isTrue();
		}
		catch (IOException | InterruptedException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() throws IOException {
		this.connection.close();
	}

}
