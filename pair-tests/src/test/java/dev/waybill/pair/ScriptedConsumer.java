package dev.waybill.pair;

import java.io.FileWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

import dev.waybill.consumer.MessageProcessor;
import dev.waybill.consumer.ReceivedMessage;
import dev.waybill.consumer.UnprocessableMessageException;
import io.micrometer.tracing.Tracer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A user's own module: its processor does as the body of a message says ({@code fails 3}
 * attempts, {@code halts 700} ms after its begin, {@code works 700} ms, {@code hangs},
 * {@code traces}, {@code unprocessable}; what {@code quotes}, {@code refuses} or
 * {@code sleeps} until it is interrupted has its body in its exception) and writes down
 * what it has processed.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class ScriptedConsumer {

	static final String OWN_SPAN = "look up the account";

	public static void main(String[] arguments) {
		SpringApplication.run(ScriptedConsumer.class, arguments);
	}

	@Bean(destroyMethod = "")
	MessageProcessor processor(@Value("${waybill.processor.journal}") String path, ObjectProvider<Tracer> tracer)
			throws IOException {
		Writer journal = new FileWriter(path, StandardCharsets.UTF_8, true);
		return (message) -> {
			perform(new String(message.body(), StandardCharsets.UTF_8).split(" "), message, tracer);
			synchronized (journal) {
				journal.write(message.messageId() + "\n");
				journal.flush();
			}
		};
	}

	private static void perform(String[] script, ReceivedMessage message, ObjectProvider<Tracer> tracer)
			throws Exception {
		switch (script[0]) {
			case "fails" -> {
				Thread.sleep(Long.parseLong(script[2]));
				if (message.attempt() <= Integer.parseInt(script[1])) {
					throw new IllegalStateException("fails at attempt " + message.attempt());
				}
			}
			case "halts" -> {
				Thread.sleep(Long.parseLong(script[1]));
				Runtime.getRuntime().halt(137);
			}
			case "works" -> Thread.sleep(Long.parseLong(script[1]));
			case "traces" -> tracer.ifAvailable((available) -> available.startScopedSpan(OWN_SPAN).end());
			case "quotes" -> throw new IllegalStateException("cannot digest " + String.join(" ", script),
					new NumberFormatException("For input string: " + script[1]));
			case "refuses" -> throw new UnprocessableMessageException("never " + String.join(" ", script));
			case "sleeps" -> sleep(String.join(" ", script));
			case "hangs" -> hang();
			case "unprocessable" -> throw new UnprocessableMessageException("no such account");
			default -> {
			}
		}
	}

	private static void sleep(String script) {
		try {
			Thread.sleep(60_000);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("interrupted in " + script, ex);
		}
	}

	/** Whoever interrupts it. */
	private static void hang() {
		while (true) {
			LockSupport.park();
			Thread.interrupted();
		}
	}

}
