package dev.waybill.consumer;

import java.util.Map;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloQueue.Type;
import org.junit.jupiter.api.Test;

import org.springframework.amqp.core.Message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

class AttemptsTests {

	private final Attempts counted = new Attempts(new HelloQueue("hello", Type.QUORUM));

	private final Attempts uncounted = new Attempts(new HelloQueue("hello", Type.TUTORIAL));

	@Test
	void believesNoCountOnAFirstDelivery() {
		assertThat(this.counted.of(delivery(false, Map.of("x-delivery-count", 50L)))).isEqualTo(1);
	}

	@Test
	void takesTheBrokersCountOnARedelivery() {
		assertThat(this.counted.of(delivery(true, Map.of("x-delivery-count", 3L)))).isEqualTo(4);
		assertThat(this.counted.of(delivery(true, Map.of("x-delivery-count", 3)))).isEqualTo(4);
	}

	@Test
	void countsNoAttemptForWhatWasHandedBack() {
		assertThat(this.counted.of(delivery(true, Map.of("x-acquired-count", 3L)))).isEqualTo(1);
	}

	@Test
	void countsInMemoryWhereTheBrokerCountsNothing() {
		for (Attempts attempts : new Attempts[] { this.counted, this.uncounted }) {
			Delivery first = delivery(false, Map.of());
			attempts.failed(first, attempts.of(first));
			Delivery second = delivery(true, Map.of());
			assertThat(attempts.of(second)).isEqualTo(2);
			attempts.failed(second, 2);
			assertThat(attempts.of(delivery(true, Map.of()))).isEqualTo(3);
			attempts.ended(second);
			assertThat(attempts.of(delivery(true, Map.of()))).isEqualTo(1);
		}
	}

	@Test
	void believesNoCountOfAQueueThatCountsNothing() {
		assertThat(this.uncounted.of(delivery(true, Map.of("x-delivery-count", 50L)))).isEqualTo(1);
	}

	private static Delivery delivery(boolean redelivered, Map<String, Object> headers) {
		BasicProperties properties = new BasicProperties.Builder().messageId("id").headers(headers).build();
		return new Delivery(new ConsumerChannel(mock(Channel.class), "tag"), new Message(new byte[] { 1 },
				new AsReceived().toMessageProperties(properties, new Envelope(1, redelivered, "", "hello"), "UTF-8")));
	}

}
