package dev.waybill.peer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;

/** What a user might write with Spring instead of the producer service. */
@SpringBootApplication
public class TemplatePeer {

	/**
	 * Starts it.
	 * @param arguments as Spring Boot takes them
	 */
	public static void main(String[] arguments) {
		SpringApplication.run(TemplatePeer.class, arguments);
	}

	@Bean
	ServletRegistrationBean<FloorServlet> floor() {
		return new ServletRegistrationBean<>(new FloorServlet(), "/floor");
	}

}
