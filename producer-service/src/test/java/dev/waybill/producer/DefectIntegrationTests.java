package dev.waybill.producer;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.rabbitmq.client.GetResponse;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.VirtualHost;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

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

	@Test
	void toldWithTheMessageAndTenTimesAMinuteWhereAQuestionAboutItFails() throws Exception {
		try (RunningProducer producer = RunningProducer.at(this.host.uri(), Defective.class)) {
			ListAppender<ILoggingEvent> told = new ListAppender<>();
			told.start();
			((Logger) LoggerFactory.getLogger(ProblemAdvice.class)).addAppender(told);
			for (int i = 0; i < 15; i++) {
				Answer answer = producer.send(producer.request("/messages/mine").header("X-Defect", "yes").build())
					.get();
				assertThat(answer.status()).isEqualTo(500);
				assertThat(answer.reason()).isEqualTo("internal-error");
				assertThat(answer.messageId()).isEqualTo("mine");
				assertThat(answer.body()).doesNotContain("a defect").doesNotContain("Exception");
			}
			List<ILoggingEvent> lines = List.copyOf(told.list);
			assertThat(lines).hasSize(10).allSatisfy((line) -> {
				assertThat(line.getFormattedMessage()).isEqualTo("A request failed unexpectedly (message mine)");
				assertThat(line.getThrowableProxy().getMessage()).isEqualTo("a defect");
			});
		}
	}

	/**
	 * What throws before it is on the wire has taken a publish number that the broker
	 * does not know of: each later confirm would be credited to the message before.
	 */
	@Test
	void aPublishThatFailsHasNothingCreditedToAnother() {
		try (RunningProducer producer = RunningProducer.at(this.host.uri(), Unpublishable.class,
				"--waybill.publish.deadline=3s")) {
			List<CompletableFuture<Answer>> answers = IntStream.range(0, 40)
				.mapToObj((i) -> producer.postAsync("x", "Idempotency-Key", (i == 7) ? "unpublishable" : "good-" + i))
				.toList();
			Map<String, List<String>> told = answers.stream()
				.map(CompletableFuture::join)
				.collect(Collectors.groupingBy(Answer::outcome,
						Collectors.mapping(Answer::messageId, Collectors.toList())));
			// What rides with it is published once more, and unknown where that goes
			// with it again.
			assertThat(told).containsOnlyKeys("accepted", "unknown");
			List<String> accepted = told.get("accepted");
			assertThat(told.get("unknown")).contains("unpublishable");
			assertThat(producer.post("y", "Idempotency-Key", "after").status()).isEqualTo(202);
			assertThat(producer.scrape().sum("waybill_publish_unconfirmed")).isZero();
			assertThat(this.host.drainIds("hello")).containsAll(accepted)
				.contains("after")
				.doesNotContain("unpublishable");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ProducerApplication.class)
	static class Unpublishable {

		@Bean
		static BeanPostProcessor unpublishable() {
			return new BeanPostProcessor() {
				@Override
				public Object postProcessAfterInitialization(Object bean, String name) {
					if (bean instanceof RabbitTemplate template) {
						template.addBeforePublishPostProcessors((message) -> {
							if ("unpublishable".equals(message.getMessageProperties().getMessageId())) {
								// No short string may be as long.
								message.getMessageProperties().setContentType("t".repeat(256));
							}
							return message;
						});
					}
					return bean;
				}
			};
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

		@Bean
		WebMvcConfigurer defectOfAHandler() {
			return new WebMvcConfigurer() {
				@Override
				public void addInterceptors(InterceptorRegistry registry) {
					registry.addInterceptor(new HandlerInterceptor() {
						@Override
						public boolean preHandle(HttpServletRequest request, HttpServletResponse response,
								Object handler) {
							if (request.getHeader("X-Defect") != null) {
								throw new IllegalStateException("a defect");
							}
							return true;
						}
					});
				}
			};
		}

	}

}
