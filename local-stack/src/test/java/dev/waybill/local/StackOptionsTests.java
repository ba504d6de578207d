package dev.waybill.local;

import dev.waybill.contract.HelloQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class StackOptionsTests {

	@Test
	void needsNone() {
		assertThat(StackOptions.parse())
			.isEqualTo(new StackOptions(8080, 8081, 5672, new HelloQueue("hello", HelloQueue.Type.QUORUM), null));
	}

	@Test
	void takesEach() {
		StackOptions options = StackOptions.parse("--queue=greetings", "--producer-port=1", "--broker-port=65535",
				"--consumer-port=2");
		assertThat(options)
			.isEqualTo(new StackOptions(1, 2, 65535, new HelloQueue("greetings", HelloQueue.Type.QUORUM), null));
		assertThat(options.ports()).hasSize(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "amqp://user:secret@host:5673/vhost", "amqps://host", "amqp://one,amqp://two/%2F" })
	void takesTheAddressOfARabbitMq(String address) {
		StackOptions options = StackOptions.parse("--rabbitmq=" + address);
		assertThat(options.rabbitmq()).isEqualTo(address);
		assertThat(options.ports()).doesNotContainKey("--broker-port");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			--port=80                         | There is no option '--port'
			8080                              | There is no option '8080'
			--producer-port                   | --producer-port needs a value: --producer-port=...
			--queue=                          | --queue needs a value: --queue=...
			--producer-port=http              | --producer-port is 'http'; allowed are ports from 1 to 65535
			--consumer-port=0                 | --consumer-port is '0'; allowed are ports from 1 to 65535
			--broker-port=65536               | --broker-port is '65536'; allowed are ports from 1 to 65535
			--producer-port=8081              | Port 8081 is wanted twice: give --consumer-port another
			--broker-port=8080                | Port 8080 is wanted twice: give --broker-port another
			--queue=a --queue=b               | --queue is given twice
			--queue=amq.topic                 | --queue is 'amq.topic'; allowed are 1 to 160 of the characters
			--rabbitmq=localhost:5672         | --rabbitmq must be an address such as amqp://
			--rabbitmq=amqp://                | --rabbitmq must be an address such as amqp://
			--rabbitmq=amqp://a --broker-port=1 | --broker-port is for the embedded broker
			""")
	void saysInOneSentenceWhatIsAllowed(String arguments, String sentence) {
		assertThatExceptionOfType(NotPossibleException.class)
			.isThrownBy(() -> StackOptions.parse(arguments.split(" +")))
			.withMessageStartingWith(sentence);
	}

	@Test
	void doesNotRepeatAPassword() {
		assertThatExceptionOfType(NotPossibleException.class)
			.isThrownBy(() -> StackOptions.parse("--rabbitmq=ampq://user:secret@host"))
			.withMessageNotContaining("secret");
	}

}
