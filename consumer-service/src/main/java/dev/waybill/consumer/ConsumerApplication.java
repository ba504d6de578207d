package dev.waybill.consumer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The consumer service as a program of its own. */
@SpringBootApplication
public class ConsumerApplication {

	public static void main(String[] arguments) {
		SpringApplication.run(ConsumerApplication.class, arguments);
	}

}
