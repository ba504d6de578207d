package dev.waybill.consumer;

import java.util.Map;

import dev.waybill.contract.HelloTopology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;

/** Says once, at start, what is promised of the messages; aloud where it is less. */
final class PromiseLog implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(PromiseLog.class);

	private final HelloTopology topology;

	PromiseLog(HelloTopology topology) {
		this.topology = topology;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Map<String, String> said = this.topology.describe();
		String line = "Queue " + said.get("queue") + ": type: " + said.get("type") + ", promise: " + said.get("promise")
				+ ", arguments: " + said.get("arguments");
		switch (this.topology.promise()) {
			case "full", "full-without-file" -> logger.info("{}", line);
			case "none" -> logger.warn("{}; every other consumer of the queue shares its messages, "
					+ "and nothing is promised of a broker's restart", line);
			default -> logger.warn("{}; this broker is for a demonstration, and nothing is promised of it", line);
		}
	}

}
