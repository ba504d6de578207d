package dev.waybill.consumer;

import java.time.Duration;
import java.util.List;

import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.TestPorts;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class StartTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					spring.rabbitmq.listener.direct.prefetch=0    | Allowed are 1 to 65535.
					spring.rabbitmq.listener.direct.prefetch=many | Property: spring.rabbitmq.listener.direct.prefetch
					spring.rabbitmq.listener.type=simple          | Allowed is direct.
					waybill.process-timeout=2h                    | with value '2h' is invalid: Allowed are 100ms to 1h.
					waybill.process-timeout=soon                  | Property: waybill.process-timeout
					waybill.retry.shortest-delay=45s              | waybill.retry.longest-delay with value '30s' is invalid: Allowed is no less than waybill.retry.shortest-delay.
					waybill.processor.journal=/not/there/journal  | It cannot be written: /not/there/journal (No such file or directory)
					waybill.queue.name=two words                  | waybill.queue.name is 'two words'; allowed are
					""")
	void endsWithASentenceOverASettingThatIsWrong(String setting, String sentence) {
		try (JavaProcess program = JavaProcess.start(ConsumerApplication.class.getName(), List.of("-Xmx256m"),
				List.of("--server.port=0", "--spring.rabbitmq.port=" + TestPorts.free(), "--" + setting))) {
			assertThat(program.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
			assertThat(program.output()).contains("APPLICATION FAILED TO START")
				.contains(setting.replaceAll("=.*", ""))
				.contains(sentence)
				.doesNotContain("\tat ");
		}
	}

}
