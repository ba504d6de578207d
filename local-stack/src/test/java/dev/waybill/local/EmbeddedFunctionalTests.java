package dev.waybill.local;

import com.rabbitmq.client.GetResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The pair on the embedded broker: everywhere, and with what that broker does its way.
 */
class EmbeddedFunctionalTests extends FunctionalTests {

	@Override
	RunningPair start() throws Exception {
		return new RunningPair(null);
	}

	/** It nacks before it returns. */
	@Override
	String reasonWithoutQueue() {
		return "nacked";
	}

	/** It unpacks what is marked as gzip, and takes the mark away. */
	@Override
	void assertGzip(GetResponse found, byte[] packed, byte[] unpacked) {
		assertThat(found.getBody()).isEqualTo(unpacked);
		assertThat(found.getProps().getContentEncoding()).isNull();
	}

}
