package dev.waybill.consumer;

import java.time.Duration;
import java.util.Map;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloQueue.Type;
import dev.waybill.contract.TopologySettings;
import dev.waybill.contract.TopologySettings.Broker;
import dev.waybill.contract.TopologySettings.Topology;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.amqp.core.Message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

class RetryDelayTests {

	private final Channel channel = mock(Channel.class);

	private final ConsumerMetrics metrics = new ConsumerMetrics(new SimpleMeterRegistry());

	private final RetryDelay delay = new RetryDelay(new RetrySettings(Duration.ofMinutes(1), Duration.ofMinutes(1)),
			new HelloQueue("hello", Type.QUORUM), new TopologySettings(Topology.DECLARE, Broker.RABBITMQ),
			new InHand(new InHandBytes(new InHandSettings(null), this.metrics), this.metrics, (delivery) -> {
			}));

	@AfterEach
	void close() {
		this.delay.close();
	}

	@Test
	void waitsItselfOnceAMessageHasComeBackAtOnce() throws Exception {
		this.delay.reject(delivery("id", false, 1), 1);
		this.delay.arrived(delivery("id", true, 2));
		this.delay.reject(delivery("id", true, 2), 2);
		verify(this.channel).basicReject(1, true);
		verify(this.channel, never()).basicReject(2, true);
	}

	@Test
	void leavesTheDelayToTheBrokerWhenEqualMessagesWithoutIdsComeBackTogether() throws Exception {
		this.delay.reject(delivery(null, false, 1), 1);
		this.delay.reject(delivery(null, false, 2), 1);
		this.delay.arrived(delivery(null, true, 3));
		this.delay.reject(delivery(null, true, 3), 2);
		this.delay.arrived(delivery(null, true, 4));
		this.delay.reject(delivery(null, true, 4), 2);
		for (long tag = 1; tag <= 4; tag++) {
			verify(this.channel, times(1)).basicReject(tag, true);
		}
		assertThat(delivery(null, true, 4).fingerprint()).isEqualTo(delivery(null, false, 1).fingerprint());
	}

	private Delivery delivery(@Nullable String id, boolean redelivered, long tag) {
		BasicProperties properties = new BasicProperties.Builder().messageId(id).headers(Map.of()).build();
		return new Delivery(new ConsumerChannel(this.channel, "tag"), new Message(new byte[] { 1 }, new AsReceived()
			.toMessageProperties(properties, new Envelope(tag, redelivered, "", "hello"), "UTF-8")));
	}

}
