package dev.waybill.producer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Waybill;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.NeedsRabbitMq;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.TestPorts;
import dev.waybill.testing.VirtualHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What the ledger knows after a stop and after a kill, and who may have the account. */
@NeedsRabbitMq
@Execution(ExecutionMode.CONCURRENT)
class LedgerFileIntegrationTests {

	private static final Duration START = Duration.ofSeconds(60);

	private final VirtualHost host = RabbitBroker.shared().newVirtualHost();

	private final int port = TestPorts.free();

	private final List<JavaProcess> processes = new ArrayList<>();

	private final RunningProducer producer = RunningProducer.elsewhere(this.port);

	@TempDir
	private Path directory;

	private FakeConsumer consumer;

	@BeforeEach
	void connect() throws Exception {
		this.consumer = new FakeConsumer(this.host, "tested");
	}

	@AfterEach
	void end() throws Exception {
		this.consumer.close();
		this.processes.forEach(JavaProcess::close);
	}

	@Test
	void afterACleanStopTheAccountGoesOn() throws Exception {
		JavaProcess first = start(file());
		assertThat(totals("tailBound")).isZero();
		List<Waybill> messages = publish(10);
		this.consumer.report(Kind.PROCESSED, messages.subList(0, 4));
		this.producer.awaitLedger("processed", 4);
		assertThat(this.producer.ledger().path("promise").asString()).isEqualTo("full");
		String since = this.producer.ledger().path("since").asString();
		first.terminate();
		assertThat(first.awaitExit(Duration.ofSeconds(20))).isEqualTo(143);
		assertThat(first.output()).contains("The account at the end: ", "processed=4", "pending=6");
		this.consumer.report(Kind.PROCESSED, messages.subList(4, 9));
		start(file());
		this.producer.awaitLedger("processed", 9);
		assertThat(totals("pending")).isEqualTo(1);
		assertThat(totals("tailBound")).isZero();
		assertThat(totals("foreign")).isZero();
		assertThat(this.producer.ledger().path("since").asString()).isEqualTo(since);
		this.producer.scrape().verify();
	}

	@Test
	void afterAKillLateReceiptsCountAndTheTailIsBounded() throws Exception {
		JavaProcess first = start(file());
		List<Waybill> messages = new ArrayList<>(publish(10));
		this.consumer.report(Kind.PROCESSED, messages.subList(0, 4));
		this.producer.awaitLedger("processed", 4);
		TimeUnit.SECONDS.sleep(2);
		messages.addAll(publish(20));
		first.kill();
		start(file());
		long known = totals("attempted");
		assertThat(known).isBetween(10L, 30L);
		assertThat(this.producer.ledger().path("totals").path("tailBound").asLong()).isBetween(30 - known, 20_000L);
		long bound = totals("tailBound");
		this.consumer.report(Kind.PROCESSED, messages.subList(4, 30));
		this.producer.awaitLedger("processed", 30);
		assertThat(totals("pending")).isZero();
		assertThat(totals("foreign")).isZero();
		assertThat(totals("unexpected")).isZero();
		assertThat(totals("accepted") + totals("recovered") + totals("resumed")).isEqualTo(30);
		assertThat(totals("resumed")).isEqualTo(30 - known);
		assertThat(totals("tailBound")).isEqualTo(bound - totals("resumed"));
		this.producer.scrape().verify();
	}

	@Test
	void aKillLosesNoReceiptSinceEachIsAckedWhenItIsOnDisk() throws Exception {
		JavaProcess running = start(file());
		List<Waybill> messages = publish(300);
		TimeUnit.SECONDS.sleep(2);
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < 100; i++) {
				this.consumer.report(Kind.PROCESSED, messages.subList(100 * round + i, 100 * round + i + 1));
			}
			running.kill();
			running = start(file());
		}
		this.producer.awaitLedger("processed", 300);
		assertThat(totals("duplicates")).isZero();
	}

	@Test
	void aFileInUseEndsTheStartWithASentenceAndIsUntouched() throws Exception {
		start(file());
		JavaProcess second = process(TestPorts.free(), file(), "--waybill.instance=second");
		assertThat(second.awaitExit(START)).isEqualTo(1);
		assertThat(second.output()).contains("APPLICATION FAILED TO START", "waybill.ledger.file", "in use")
			.doesNotContain("\tat ");
		assertThat(publish(3)).hasSize(3);
	}

	@Test
	void theNameIsKeptInTheFile() throws Exception {
		start(file(), "--waybill.instance=kept").terminate();
		this.processes.get(0).awaitExit(Duration.ofSeconds(20));
		start(file(), "--waybill.instance=");
		assertThat(this.producer.ledger().path("instance").asString()).isEqualTo("kept");
		assertThat(this.producer.post("x").json().path("instance").asString()).isEqualTo("kept");
	}

	@Test
	@Tag("long")
	void aSecondProducerOfTheSameNameEndsWithASentence() throws Exception {
		JavaProcess first = start();
		JavaProcess second = process(TestPorts.free());
		assertThat(second.awaitExit(START)).isEqualTo(1);
		assertThat(second.output())
			.contains("APPLICATION FAILED TO START", "Another program reads the receipts of 'tested'",
					"waybill.instance")
			.doesNotContain("\tat ")
			.doesNotContain("Publishing to");
		assertThat(first.isAlive()).isTrue();
		this.consumer.report(Kind.PROCESSED, publish(2));
		this.producer.awaitLedger("processed", 2);
	}

	@Test
	@Tag("long")
	void aRestartAfterAHalfOpenConnectionDoesNot() throws Exception {
		JavaProcess first = start();
		new ProcessBuilder("kill", "-STOP", Long.toString(first.pid())).start().waitFor();
		int other = TestPorts.free();
		process(other).awaitOutput("Publishing to 'hello' as tested", START);
		RunningProducer second = RunningProducer.elsewhere(other).awaitLanes(START);
		assertThat(second.post("x").status()).isEqualTo(202);
		this.consumer.report(Kind.PROCESSED, this.consumer.takeMessages());
		second.awaitLedger("processed", 1);
	}

	@Test
	void withoutAFileOneSentenceSaysWhatIsNotAudited() {
		assertThat(start().output())
			.containsOnlyOnce("There is no ledger file: what was published before a restart is not audited after it");
		assertThat(this.producer.ledger().path("promise").asString()).isEqualTo("full-without-file");
	}

	@Test
	void aPatienceThatIsTooShortIsRefusedWithASentence() {
		JavaProcess process = process(0, "--waybill.ledger.patience=59s");
		assertThat(process.awaitExit(START)).isEqualTo(1);
		assertThat(process.output()).contains("APPLICATION FAILED TO START", "waybill.ledger.patience",
				"waybill.held-interval");
	}

	private JavaProcess start(String... arguments) {
		JavaProcess process = process(this.port, arguments);
		process.awaitOutput("Publishing to", START);
		this.producer.awaitLanes(START);
		return process;
	}

	private JavaProcess process(int port, String... arguments) {
		JavaProcess process = JavaProcesses.producer(this.host.uri(), port, "-Xmx128m", arguments);
		this.processes.add(process);
		return process;
	}

	private String file() {
		return "--waybill.ledger.file=" + this.directory.resolve("ledger");
	}

	private List<Waybill> publish(int count) throws IOException {
		for (int i = 0; i < count; i++) {
			assertThat(this.producer.post("x").status()).isEqualTo(202);
		}
		return this.consumer.takeMessages();
	}

	private long totals(String count) {
		JsonNode value = this.producer.ledger().path("totals").path(count);
		assertThat(value.isNumber()).as(count).isTrue();
		return value.asLong();
	}

}
