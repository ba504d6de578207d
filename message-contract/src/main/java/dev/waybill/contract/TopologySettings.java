package dev.waybill.contract;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who makes the queues, and what kind of broker is expected.
 *
 * @param topology {@code declare} to make queues, exchanges and bindings; {@code check}
 * to look only whether they are there
 * @param broker {@code rabbitmq}, or {@code demo} for a server that is not RabbitMQ
 */
@ConfigurationProperties("waybill")
public record TopologySettings(@DefaultValue("declare") Topology topology, @DefaultValue("rabbitmq") Broker broker) {

	/** Who makes the queues. */
	public enum Topology {

		/** The services do. */
		DECLARE,

		/** Somebody else does; the services look whether the names exist. */
		CHECK

	}

	/** What kind of broker is expected. */
	public enum Broker {

		/** RabbitMQ 4.3 or later. */
		RABBITMQ,

		/** Any AMQP 0-9-1 broker, for a demonstration: nothing is promised of it. */
		DEMO

	}

}
