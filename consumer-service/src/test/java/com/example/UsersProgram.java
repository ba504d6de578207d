package com.example;

import java.util.concurrent.locks.LockSupport;

import dev.waybill.consumer.MessageProcessor;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * A module of a user's own, whose processor never comes back.
 */
@SpringBootApplication
public class UsersProgram {

	public static void main(String[] arguments) {
		SpringApplication.run(UsersProgram.class, arguments);
	}

	@Bean
	MessageProcessor processor() {
		return (message) -> hang();
	}

	private static void hang() {
		while (true) {
			LockSupport.park();
		}
	}

}
