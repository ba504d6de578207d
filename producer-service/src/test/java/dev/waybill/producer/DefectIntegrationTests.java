package dev.waybill.producer;

import java.io.IOException;

import com.rabbitmq.client.GetResponse;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/** What a client is told when the service itself fails. */
@NeedsRabbitMq
class DefectIntegrationTests {

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	@Test
	void unknownWithTheKeyToRepeatWithWhereTheServiceFails() throws Exception {
		try (RunningProducer producer = RunningProducer.at(this.host.uri(), Defective.class)) {
			Answer answer = producer.post("x", "Idempotency-Key", "mine", "X-Defect", "yes");
			assertThat(answer.status()).isEqualTo(500);
			assertThat(answer.isProblem()).isTrue();
			assertThat(answer.outcome()).isEqualTo("unknown");
			assertThat(answer.reason()).isEqualTo("internal-error");
			assertThat(answer.messageId()).isEqualTo("mine");
			assertThat(answer.body()).doesNotContain("a defect").doesNotContain("Exception");
			assertThat(producer.post("x", "Idempotency-Key", "mine").status()).isEqualTo(202);
			assertThat(this.host.drain("hello")).extracting((GetResponse one) -> one.getProps().getMessageId())
				.containsExactly("mine");
			assertThat(producer.scrape().sum("waybill_entry_bytes")).isZero();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ProducerApplication.class)
	static class Defective {

		@Bean
		Filter defect() {
			return (request, response, chain) -> chain
				.doFilter((((HttpServletRequest) request).getHeader("X-Defect") != null)
						? new HttpServletRequestWrapper((HttpServletRequest) request) {
							@Override
							public ServletInputStream getInputStream() throws IOException {
								throw new IllegalStateException("a defect");
							}
						} : request, response);
		}

	}

}
