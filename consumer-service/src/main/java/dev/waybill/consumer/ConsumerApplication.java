package dev.waybill.consumer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.event.EventListener;

/** The consumer service as a program of its own. */
@SpringBootApplication
public class ConsumerApplication {

	private static final int SOFTWARE_ERROR = 70;

	public static void main(String[] arguments) {
		SpringApplication.run(ConsumerApplication.class, arguments);
	}

	/** Ends the program, so that whoever runs it starts it again. */
	@EventListener
	void exit(ProcessorStuck stuck) {
		System.err.println(stuck.sentence());
		new Thread(() -> System.exit(SOFTWARE_ERROR), "waybill-exit").start();
	}

}
