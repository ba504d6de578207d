package dev.waybill.producer;

import dev.waybill.contract.HelloQueue;
import io.micrometer.tracing.Tracer;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** Puts together what traces need, where there is tracing. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(Tracer.class)
@ConditionalOnBooleanProperty(TracingConfiguration.ENABLED)
class TracingConfiguration {

	/** Spring Boot's own; false by default, and true where spans have an address. */
	static final String ENABLED = "management.tracing.export.enabled";

	@Bean
	PublishTraces publishTraces(Tracer tracer, HelloQueue queue) {
		return new PublishTraces(tracer, queue.name());
	}

	/**
	 * Tells the span of a request its path, as Spring MVC would if it saw the request.
	 */
	@Bean
	FilterRegistrationBean<Filter> pathsOfSpans() {
		FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>((request, response, chain) -> {
			if (request instanceof HttpServletRequest http) {
				ServerHttpObservationFilter.findObservationContext(http)
					.ifPresent((context) -> context.setPathPattern(http.getServletPath()));
			}
			chain.doFilter(request, response);
		});
		filter.addUrlPatterns(MessageServlet.PATH, BatchServlet.PATH);
		return filter;
	}

}
