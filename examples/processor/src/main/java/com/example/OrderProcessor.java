package com.example;

import dev.waybill.consumer.MessageProcessor;
import dev.waybill.consumer.ReceivedMessage;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class OrderProcessor {

	public static void main(String[] arguments) {
		SpringApplication.run(OrderProcessor.class, arguments);
	}

	@Bean
	MessageProcessor processor() {
		return (ReceivedMessage message) -> System.out.println("Order " + new String(message.body()));
	}

}
