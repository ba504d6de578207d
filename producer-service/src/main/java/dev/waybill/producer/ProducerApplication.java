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

	private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";

	/** Before it a virtual thread that blocks may keep its carrier (JEP 491). */
	private static final int LEAST_JAVA = 24;

	public static void main(String[] arguments) {
		leaveCoresToLanes();
		SpringApplication.run(ProducerApplication.class, arguments);
	}

	/**
	 * Half of the cores carries requests, unless told otherwise; the other half is for
	 * lanes and connections. On two cores a second carrier only passed work to and fro.
	 */
	private static void leaveCoresToLanes() {
		if (Runtime.version().feature() >= LEAST_JAVA && System.getProperty(CARRIERS) == null) {
			int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
			System.setProperty(CARRIERS, String.valueOf(half));
		}
	}

}
