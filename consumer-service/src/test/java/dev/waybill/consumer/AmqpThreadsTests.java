package dev.waybill.consumer;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.rabbitmq.client.Channel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Which thread does what: the one that reads must never wait for an answer. */
class AmqpThreadsTests {

	/** Nobody looks at it. */
	private static final Channel NONE = (Channel) Proxy.newProxyInstance(AmqpThreadsTests.class.getClassLoader(),
			new Class<?>[] { Channel.class }, (proxy, method, arguments) -> {
				throw new UnsupportedOperationException(method.getName());
			});

	private final InHandBytes bytes = new InHandBytes(new InHandSettings(null),
			new ConsumerMetrics(new SimpleMeterRegistry()));

	private final AmqpThreads threads = new AmqpThreads(this.bytes);

	@AfterEach
	void end() {
		this.threads.shutdownNow();
	}

	@Test
	void aDeliveryIsTakenByTheThreadThatReadIt() throws Exception {
		this.bytes.consumedMessage(NONE, 1, "hello");
		assertThat(runs()).isSameAs(Thread.currentThread());
		assertThat(runs()).as("what comes next").isNotSameAs(Thread.currentThread());
	}

	@Test
	void whatComesAfterADeliveryThatHadToQueueHasAnotherThread() throws Exception {
		this.bytes.consumedMessage(NONE, 1, "hello");
		// Its channel had work, so the client did not ask for a thread; another took it.
		CompletableFuture.runAsync(this.bytes::handedOn).get(5, TimeUnit.SECONDS);
		assertThat(runs()).isNotSameAs(Thread.currentThread());
	}

	@Test
	void aDeadLetterHasAnotherThread() throws Exception {
		this.bytes.consumedMessage(NONE, 1, "hello");
		this.bytes.consumedMessage(NONE, 1, DeadLetterReader.TAG + "-1");
		assertThat(runs()).isNotSameAs(Thread.currentThread());
	}

	private Thread runs() throws Exception {
		CompletableFuture<Thread> by = new CompletableFuture<>();
		this.threads.execute(() -> by.complete(Thread.currentThread()));
		return by.get(5, TimeUnit.SECONDS);
	}

}
