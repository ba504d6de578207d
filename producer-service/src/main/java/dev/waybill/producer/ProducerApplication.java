package dev.waybill.producer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The producer service. */
@SpringBootApplication
public class ProducerApplication {

	public static void main(String[] arguments) {
		SpringApplication.run(ProducerApplication.class, arguments);
	}

}
