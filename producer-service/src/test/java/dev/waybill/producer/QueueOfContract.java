package dev.waybill.producer;

import com.rabbitmq.client.AMQP.Queue.DeclareOk;
import dev.waybill.contract.HelloQueue;
import dev.waybill.testing.VirtualHost;

import org.springframework.amqp.core.Queue;

/** Declares the queue {@code hello} as somebody else would. */
final class QueueOfContract {

	private final Queue hello = new HelloQueue("hello", HelloQueue.Type.QUORUM).queues().get(0);

	DeclareOk declare(VirtualHost host) {
		return host.onChannel(
				(channel) -> channel.queueDeclare(this.hello.getName(), true, false, false, this.hello.getArguments()));
	}

}
