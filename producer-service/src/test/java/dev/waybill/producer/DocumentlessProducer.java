package dev.waybill.producer;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;

import jakarta.servlet.ServletContext;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The service without the API's document, so that nothing can be checked against it. */
final class DocumentlessProducer implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	DocumentlessProducer() {
		this.context = new SpringApplication(ProducerApplication.class).run("--server.port=0",
				"--spring.main.banner-mode=off", "--spring.rabbitmq.addresses=" + RunningProducer.NOWHERE,
				"--waybill.instance=documentless", "--springdoc.api-docs.enabled=false");
	}

	Set<String> filters() {
		return this.context.getBean(ServletContext.class).getFilterRegistrations().keySet();
	}

	Set<String> servlets() {
		return this.context.getBean(ServletContext.class).getServletRegistrations().keySet();
	}

	int status(String path) {
		String base = "http://127.0.0.1:" + this.context.getEnvironment().getProperty("local.server.port");
		return HttpClient.newHttpClient()
			.sendAsync(HttpRequest.newBuilder(URI.create(base + path)).build(), BodyHandlers.discarding())
			.join()
			.statusCode();
	}

	@Override
	public void close() {
		this.context.close();
	}

}
