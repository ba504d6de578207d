package dev.waybill.contract;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.BindingBuilder;
import org.springframework.amqp.core.DirectExchange;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.core.QueueBuilder.Overflow;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The names and declarations of the queue and of its road for dead letters.
 * <p>
 * The arguments are frozen for 1.x, since a broker refuses to declare a queue again with
 * others; everything else (delays, TTL, lengths) is a policy on the broker.
 *
 * @param name the queue's name; every other name is derived from it
 * @param type {@code quorum}, or {@code tutorial} for the plain non-durable queue that
 * tutorials share
 */
@ConfigurationProperties("waybill.queue")
public record HelloQueue(@DefaultValue("hello") String name, @DefaultValue("quorum") Type type) {

	/** The routing key of dead letters on their way. */
	public static final String DEAD_KEY = "dead";

	/** The routing key of dead letters that are accounted for. */
	public static final String DLQ_KEY = "dlq";

	/** Returns by the broker after which it dead-letters a message itself. */
	public static final int DELIVERY_LIMIT = 20;

	private static final int UNLIMITED = -1;

	private static final Duration EXPIRY_WITH_FILE = Duration.ofHours(24);

	private static final Duration EXPIRY_WITHOUT_FILE = Duration.ofMinutes(30);

	private static final Pattern NAMES = Pattern.compile("(?!amq\\.)[A-Za-z0-9_.:-]{1,160}");

	public HelloQueue {
		if (!NAMES.matcher(name).matches()) {
			throw new IllegalArgumentException("waybill.queue.name is '" + name
					+ "'; allowed are 1 to 160 of the characters A-Z a-z 0-9 _ . : - not beginning with 'amq.'");
		}
	}

	/** The direct exchange that is the one road into the dead letters. */
	public String deadLetterExchange() {
		return this.name + ".dlx";
	}

	/** The queue of dead letters on their way, whoever sent them. */
	public String dead() {
		return this.name + ".dead";
	}

	/** The queue of dead letters, accounted for; for people. */
	public String dlq() {
		return this.name + ".dlq";
	}

	/** The direct exchange for receipts; its routing key is the producer's instance. */
	public String receiptsExchange() {
		return this.name + ".receipts";
	}

	/** The queue of one producer's receipts. */
	public String receiptsQueue(String instance) {
		if (!Waybill.isInstance(instance)) {
			throw new IllegalArgumentException("'" + instance + "' is no instance's name");
		}
		return receiptsExchange() + "." + instance;
	}

	/**
	 * One producer's receipts; only that producer declares them.
	 * @param instance the producer
	 * @param withFile whether its ledger has a file, so that it may come back for them
	 * after a day
	 */
	public Queue receipts(String instance, boolean withFile) {
		Duration expiry = withFile ? EXPIRY_WITH_FILE : EXPIRY_WITHOUT_FILE;
		return QueueBuilder.durable(receiptsQueue(instance))
			.quorum()
			.deliveryLimit(UNLIMITED)
			.expires(Math.toIntExact(expiry.toMillis()))
			.build();
	}

	/** The road of one producer's receipts. */
	public Binding receiptsBinding(String instance) {
		return BindingBuilder.bind(new Queue(receiptsQueue(instance)))
			.to(new DirectExchange(receiptsExchange()))
			.with(instance);
	}

	public List<DirectExchange> exchanges() {
		return List.of(new DirectExchange(deadLetterExchange()), new DirectExchange(receiptsExchange()));
	}

	public List<Queue> queues() {
		return List.of(hello(), deadLetters(dead()), deadLetters(dlq()));
	}

	public List<Binding> bindings() {
		DirectExchange exchange = new DirectExchange(deadLetterExchange());
		return List.of(BindingBuilder.bind(new Queue(dead())).to(exchange).with(DEAD_KEY),
				BindingBuilder.bind(new Queue(dlq())).to(exchange).with(DLQ_KEY));
	}

	private Queue hello() {
		if (this.type == Type.TUTORIAL) {
			return new Queue(this.name, false);
		}
		return QueueBuilder.durable(this.name)
			.quorum()
			.deadLetterExchange(deadLetterExchange())
			.deadLetterRoutingKey(DEAD_KEY)
			.withArgument("x-dead-letter-strategy", "at-least-once")
			// at-least-once is only to be had with this overflow
			.overflow(Overflow.rejectPublish)
			.deliveryLimit(DELIVERY_LIMIT)
			.build();
	}

	/**
	 * Without an argument a quorum queue has a delivery limit of 20 and, without a
	 * target, drops what passes it.
	 */
	private static Queue deadLetters(String name) {
		return QueueBuilder.durable(name).quorum().deliveryLimit(UNLIMITED).build();
	}

	/** What kind of queue {@code hello} is. */
	public enum Type {

		/** Durable and replicated: what is promised is promised for this one. */
		QUORUM,

		/** The plain non-durable queue of tutorials, shared with other programs. */
		TUTORIAL

	}

}
