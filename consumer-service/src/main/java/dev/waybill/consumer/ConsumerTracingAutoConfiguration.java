package dev.waybill.consumer;

import dev.waybill.contract.HelloQueue;
import io.micrometer.tracing.Tracer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Has deliveries traced where there is a tracer, ours or the user's. */
@AutoConfiguration(
		afterName = { "org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration",
				"org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration" })
@ConditionalOnClass(Tracer.class)
@ConditionalOnBean(Tracer.class)
class ConsumerTracingAutoConfiguration {

	@Bean
	DeliveryTraces waybillTraces(Tracer tracer, HelloQueue queue) {
		return new DeliveryTraces(tracer, queue);
	}

}
