package dev.waybill.producer;

import java.util.ArrayList;
import java.util.List;

import dev.waybill.testing.JavaProcess;

/** Starts the producer as a process of its own. */
final class JavaProcesses {

	private JavaProcesses() {
	}

	static JavaProcess producer(String uri, int port, String jvmOption, String... arguments) {
		List<String> all = new ArrayList<>(List.of("--server.port=" + port, "--spring.rabbitmq.addresses=" + uri));
		all.addAll(List.of(arguments));
		if (all.stream().noneMatch((one) -> one.startsWith("--waybill.instance="))) {
			all.add("--waybill.instance=tested");
		}
		return JavaProcess.start(ProducerApplication.class.getName(), List.of(jvmOption, "-XX:TieredStopAtLevel=1"),
				all);
	}

}
