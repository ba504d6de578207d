package dev.waybill.consumer;

import dev.waybill.contract.FailureLog;
import dev.waybill.contract.HelloQueue;
import dev.waybill.contract.HelloTopology;
import dev.waybill.contract.TopologySettings;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Puts the consumer together, around the user's {@link MessageProcessor} if there is one;
 * long because each part has a method of its own.
 */
@AutoConfiguration(afterName = { "org.springframework.boot.amqp.autoconfigure.RabbitAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@EnableConfigurationProperties({ HelloQueue.class, TopologySettings.class, ProcessingSettings.class,
		RetrySettings.class, DuplicateSettings.class, DeadLetterSettings.class, ProcessorSettings.class,
		ReceiptSettings.class, InHandSettings.class, FailureText.Settings.class })
public class ConsumerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	MessageProcessor waybillDefaultProcessor(ProcessorSettings settings) {
		return new DefaultProcessor(settings);
	}

	@Bean
	@ConditionalOnMissingBean
	HelloTopology waybillTopology(HelloQueue queue, TopologySettings settings) {
		return new HelloTopology(queue, settings);
	}

	@Bean
	InfoContributor waybillInfoContributor(HelloTopology topology) {
		return (builder) -> builder.withDetail("waybill", topology.describe());
	}

	@Bean
	PromiseLog waybillPromiseLog(HelloTopology topology) {
		return new PromiseLog(topology);
	}

	@Bean
	ConsumerMetrics waybillMetrics(MeterRegistry registry) {
		return new ConsumerMetrics(registry);
	}

	@Bean
	FailureLog waybillFailureLog() {
		return new FailureLog();
	}

	@Bean
	InHandBytes waybillInHandBytes(InHandSettings settings, ConsumerMetrics metrics) {
		return new InHandBytes(settings, metrics);
	}

	@Bean
	BrokerConnection waybillBrokerConnection(ConnectionFactory factory, HelloTopology topology, InHandBytes inHandBytes,
			ConsumerMetrics metrics) {
		return new BrokerConnection(factory, topology, inHandBytes, metrics);
	}

	@Bean
	ReceiptsPublisher waybillReceiptsPublisher(BrokerConnection broker, HelloQueue queue, ConsumerMetrics metrics) {
		return new ReceiptsPublisher(broker, queue, metrics);
	}

	@Bean
	ReceiptsBook waybillReceiptsBook(ReceiptsPublisher publisher, BrokerConnection broker, ReceiptSettings settings,
			Containers containers, ConsumerMetrics metrics) {
		return new ReceiptsBook(publisher, broker, settings, containers::prefetch, metrics);
	}

	@Bean
	Markers waybillMarkers(ReceiptsBook receipts, HelloQueue queue, ConsumerMetrics metrics) {
		return new Markers(receipts, queue, metrics);
	}

	@Bean
	InHand waybillInHand(InHandBytes bytes, ReceiptsBook receipts, ConsumerMetrics metrics) {
		InHand inHand = new InHand(bytes, metrics, receipts::name);
		receipts.onReported(inHand::ack);
		receipts.watch(inHand::deliveries);
		return inHand;
	}

	@Bean
	Conclusion waybillConclusion(InHand inHand, ReceiptsBook receipts) {
		return new Conclusion(inHand, receipts);
	}

	@Bean
	RetryDelay waybillRetryDelay(RetrySettings settings, HelloQueue queue, TopologySettings topology, InHand inHand) {
		return new RetryDelay(settings, queue, topology, inHand);
	}

	@Bean
	Intake waybillIntake(InHand inHand, InHandBytes bytes, RetryDelay retryDelay, ReceiptsBook receipts,
			Markers markers) {
		return new Intake(inHand, bytes, retryDelay, receipts, markers);
	}

	@Bean
	DeadLetterPublisher waybillDeadLetterPublisher(BrokerConnection broker, HelloQueue queue,
			DeadLetterSettings settings, ObjectProvider<DeliveryTraces> traces) {
		return new DeadLetterPublisher(broker, queue, settings, traces.getIfAvailable());
	}

	@Bean
	DeadLetterReader waybillDeadLetterReader(DeadLetterPublisher publisher, DeadLetterSettings settings,
			ReceiptsBook receipts, Markers markers, ConsumerMetrics metrics, FailureLog failures) {
		return new DeadLetterReader(publisher, settings, receipts, markers, metrics, failures);
	}

	@Bean
	RunningAttempts waybillRunningAttempts(ProcessingSettings settings) {
		return new RunningAttempts(settings);
	}

	@Bean
	Processing waybillProcessing(MessageProcessor processor, ProcessingSettings settings, InHand inHand,
			Conclusion conclusion, Intake intake, DuplicateSettings duplicates, HelloQueue queue,
			RunningAttempts running, RetryDelay retryDelay, DeadLetterPublisher publisher, BrokerConnection broker,
			ConsumerMetrics metrics, FailureLog failures, FailureText.Settings text,
			ObjectProvider<DeliveryTraces> traces) {
		return new Processing(processor, settings, inHand, conclusion, intake,
				new Duplicates(duplicates, broker::nanosConnected, metrics, failures), new Attempts(queue), running,
				retryDelay, new DeadLetterRoad(publisher, inHand, conclusion, retryDelay, failures, queue), metrics,
				failures, new FailureText(text), traces.getIfAvailable());
	}

	@Bean
	Containers waybillContainers(RabbitListenerEndpointRegistry registry, Environment environment) {
		return new Containers(registry, Binder.get(environment));
	}

	@Bean
	ListenerControl waybillListenerControl(ApplicationContext context, ProcessingSettings settings,
			BrokerConnection broker, Containers containers, Intake intake, HandBack handBack, RunningAttempts running,
			DeadLetterReader deadLetters, ReceiptsBook receipts) {
		return new ListenerControl(context, settings, broker, containers, intake, handBack, running, deadLetters,
				receipts);
	}

	@Bean
	StuckProcessor waybillStuckProcessor(ApplicationContext context, ProcessingSettings settings,
			ListenerControl control, HandBack handBack, DeadLetterReader deadLetters, Containers containers,
			Intake intake, RunningAttempts running, FailureLog failures) {
		StuckProcessor stuck = new StuckProcessor(context, settings, control, handBack, deadLetters, containers, intake,
				failures);
		running.onStuck(stuck::giveUp);
		return stuck;
	}

	@Bean
	HandBack waybillHandBack(Intake intake, RunningAttempts running, ReceiptsBook receipts) {
		return new HandBack(intake, running, receipts);
	}

	@Bean
	ProcessorTrials waybillProcessorTrials(ListenerControl control, ProcessingSettings settings, Containers containers,
			Intake intake, HandBack handBack, ConsumerMetrics metrics) {
		return new ProcessorTrials(control, settings, containers, intake, handBack, new BrokenProcessor(metrics));
	}

	@Bean
	ReceiptsWatch waybillReceiptsWatch(ListenerControl control, ReceiptsPublisher publisher, BrokerConnection broker,
			Containers containers, HandBack handBack, DeadLetterReader deadLetters, ProcessorTrials trials) {
		return new ReceiptsWatch(control, publisher, broker, containers, handBack, deadLetters, trials);
	}

	@Bean
	PrefetchWatch waybillPrefetchWatch(ListenerControl control, ProcessingSettings settings, ReceiptSettings receipts,
			Containers containers, HandBack handBack, InHand inHand, InHandBytes bytes) {
		return new PrefetchWatch(control, settings, receipts, containers, handBack, inHand, bytes);
	}

	@Bean
	Workers waybillWorkers(ProcessingSettings settings, Intake intake, Processing processing, ProcessorTrials trials,
			FailureLog failures) {
		return new Workers(settings, intake, processing, trials, failures);
	}

	@Bean
	HelloListener waybillHelloListener(Intake intake) {
		return new HelloListener(intake);
	}

	@Bean
	QueueEvents waybillQueueEvents(Intake intake, BrokerConnection broker) {
		return new QueueEvents(intake, broker);
	}

	// By name only: a converter of all would be taken for the user's own listeners too.
	@Bean(defaultCandidate = false)
	UntouchedBody waybillUntouchedBody() {
		return new UntouchedBody();
	}

	@Bean
	ListenerHealthIndicator listenerHealthIndicator(ListenerControl control, Intake intake, BrokerConnection broker) {
		return new ListenerHealthIndicator(control, intake, broker);
	}

	// The name "broker" is the group's.
	@Bean
	BrokerHealthIndicator brokerStateHealthIndicator(BrokerConnection broker) {
		return new BrokerHealthIndicator(broker);
	}

}
