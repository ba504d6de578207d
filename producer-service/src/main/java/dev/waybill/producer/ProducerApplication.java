package dev.waybill.producer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The producer service; without the AMQP client's own meters, which keep a set of each
 * channel's unconfirmed publishes beside our window.
 */
@SpringBootApplication(
		excludeName = "org.springframework.boot.amqp.autoconfigure.metrics.RabbitMetricsAutoConfiguration")
public class ProducerApplication {

	public static void main(String[] arguments) {
		SpringApplication.run(ProducerApplication.class, arguments);
	}

}
