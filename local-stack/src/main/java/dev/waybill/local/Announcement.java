package dev.waybill.local;

/** Decides what a user is told at start and at the end. */
final class Announcement {

	private Announcement() {
	}

	static String starting(StackOptions options) {
		return (options.rabbitmq() != null) ? "Starting consumer and producer on the given RabbitMQ ..."
				: "Starting broker, consumer and producer ...";
	}

	static String started(StackOptions options) {
		return """

				Waybill is up. Stop it with Ctrl-C.

				  See it                http://localhost:%1$d
				  Try its API           http://localhost:%1$d/swagger-ui.html
				  Send a message        curl -i localhost:%1$d/messages -H 'Content-Type: text/plain' -d 'Hello World!'
				  Producer's metrics    curl localhost:%1$d/actuator/prometheus
				  Consumer's metrics    curl localhost:%2$d/actuator/prometheus
				%3$s""".formatted(options.producerPort(), options.consumerPort(), broker(options));
	}

	static String stopped(StackOptions options) {
		return (options.rabbitmq() != null) ? "Stopped." : "Stopped. What was left in its queues is gone.";
	}

	private static String broker(StackOptions options) {
		if (options.rabbitmq() != null) {
			return "  Queue                 " + options.queue().name() + " on the given RabbitMQ\n";
		}
		return """
				  Any AMQP 0-9-1 client amqp://guest:guest@localhost:%d/ queue '%s'

				This is a DEMO BROKER (Apache Qpid Broker-J inside this process, on loopback only), not RabbitMQ.
				Its messages live in memory and end with it, so a 202 here promises nothing beyond this process.
				It cannot show: confirms by a quorum on disk, restarts, alarms that block publishers, delivery
				counts and limits, delayed retry (the consumer waits itself), x-death, policies, a management UI;
				and it unpacks bodies that are marked as gzip. For all that: docker compose up, or
				--rabbitmq=amqp://user:password@host
				""".formatted(options.brokerPort(), options.queue().name());
	}

}
