package dev.waybill.local;

import com.rabbitmq.client.GetResponse;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;

import static org.assertj.core.api.Assertions.assertThat;

/** The same on RabbitMQ, by the option that everybody has for it. */
@NeedsRabbitMq
class RabbitMqFunctionalIntegrationTests extends FunctionalTests {

	@Override
	RunningPair start() throws Exception {
		return new RunningPair(RabbitBroker.shared().newVirtualHost().uri());
	}

	@Override
	String reasonWithoutQueue() {
		return "unroutable";
	}

	@Override
	void assertGzip(GetResponse found, byte[] packed, byte[] unpacked) {
		assertThat(found.getBody()).isEqualTo(packed);
		assertThat(found.getProps().getContentEncoding()).isEqualTo("gzip");
	}

}
