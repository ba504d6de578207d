package dev.waybill.load;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import dev.waybill.load.LittleProducer.Request;
import dev.waybill.testing.TestPorts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs as from the command line, against a producer that does what a test says; beside
 * each other, since most of it waits.
 */
@Execution(ExecutionMode.CONCURRENT)
class LoadGeneratorTests {

	@Test
	void sendsEachMessageOnceUnderAKeyOfItsOwn() throws Exception {
		try (LittleProducer producer = new LittleProducer(LittleProducer::accept)) {
			Ran ran = Ran.with("--rate 250 --duration 2s --size 100 --url " + producer.url());
			ran.exits(0);
			assertThat(ran.out()).contains("By the ledger's word", "PASSED").containsPattern("Offered 250.0/s");
			Set<String> keys = new HashSet<>();
			for (Request request : producer.requests) {
				assertThat(request.line()).isEqualTo("POST /messages HTTP/1.1");
				assertThat(request.type()).isEqualTo("application/json");
				assertThat(request.body()).hasSize(100)
					.startsWith("{\"id\":\"" + request.key() + "\",")
					.endsWith("x\"}");
				keys.add(request.key());
			}
			assertThat(keys).hasSize(500);
			assertThat(producer.requests).hasSize(500);
			assertThat(ran.count("sent")).isEqualTo(500);
			assertThat(ran.count("accepted")).isEqualTo(500);
			assertThat(ran.count("processed")).isEqualTo(500);
		}
	}

	@Test
	void usesProducersInTurn() throws Exception {
		try (LittleProducer one = new LittleProducer("one", LittleProducer::accept);
				LittleProducer two = new LittleProducer("two", LittleProducer::accept)) {
			Ran ran = Ran.with("--rate 200 --duration 1s --connections 9 --url %s --url %s --journal %s --journal %s"
				.formatted(one.url(), two.url(), one.journal, two.journal));
			ran.isAccountedFor();
			assertThat(ran.count("accepted")).isEqualTo(200);
			assertThat(ran.count("processed")).isEqualTo(200);
			assertThat(one.accepted.get()).isBetween(90L, 110L);
			assertThat(one.accepted.get() + two.accepted.get()).isEqualTo(200);
		}
	}

	@Test
	void keepsAllConnectionsOfAClosedLoopBusy() throws Exception {
		AtomicInteger now = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			most.accumulateAndGet(now.incrementAndGet(), Math::max);
			Thread.sleep(50);
			now.decrementAndGet();
			return self.accept(request);
		})) {
			Ran ran = Ran.with("--closed 8 --duration 1s --url " + producer.url());
			ran.isAccountedFor();
			assertThat(most.get()).isEqualTo(8);
			assertThat(ran.out()).contains("Closed loop: sent ");
			assertThat(ran.count("accepted")).isEqualTo(producer.accepted.get()).isBetween(8L, 180L);
		}
	}

	@Test
	void sendsBatches() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			StringBuilder answer = new StringBuilder();
			String[] lines = request.body().split("\n");
			for (int i = 0; i < lines.length; i++) {
				String id = request.key() + "/" + i;
				assertThat(lines[i]).hasSize(256).startsWith("{\"id\":\"" + id + "\"");
				boolean good = i != 3;
				answer.append("{\"index\":%d,\"messageId\":\"%s\",\"outcome\":\"%s\"}\n".formatted(i, id,
						good ? "accepted" : "rejected"));
				if (good) {
					self.accepted.incrementAndGet();
					self.write(id);
				}
			}
			return LittleProducer.answer("207 Multi-Status", "application/x-ndjson", answer.toString());
		})) {
			Ran ran = Ran.with("--rate 500 --batch 10 --duration 1s --url %s --journal %s".formatted(producer.url(),
					producer.journal));
			ran.isAccountedFor();
			assertThat(producer.requests).hasSize(50)
				.allMatch((request) -> request.line().equals("POST /messages/batch HTTP/1.1")
						&& request.type().equals("application/x-ndjson"));
			assertThat(ran.count("sent")).isEqualTo(500);
			assertThat(ran.count("accepted")).isEqualTo(450);
			assertThat(ran.count("rejected")).isEqualTo(50);
			assertThat(ran.count("processed")).isEqualTo(450);
		}
	}

	@Test
	void countsLatencyFromTheIntendedTimeThroughAStall(@TempDir Path output) throws Exception {
		AtomicLong begin = new AtomicLong();
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			begin.compareAndSet(0, System.nanoTime());
			long since = (System.nanoTime() - begin.get()) / 1_000_000;
			if (since > 1000 && since < 2000) {
				Thread.sleep(2000 - since);
			}
			return self.accept(request);
		})) {
			// Two connections, so all but two must wait before they are even sent.
			Ran ran = Ran.with(
					"--rate 200 --duration 3s --connections 2 --url %s --output %s".formatted(producer.url(), output));
			assertThat(ran.count("accepted")).isEqualTo(600);
			// 200 of 600 were meant for the stall of 1 s, evenly from 1 s to 0 s late; a
			// generator that waits for answers would show two.
			assertThat(valueAt(output.resolve("latency.hgrm"), 0.95)).isGreaterThan(700);
			assertThat(valueAt(output.resolve("latency.hgrm"), 0.80)).isGreaterThan(250);
			assertThat(output.resolve("result.txt")).content().contains("sent=600", "Offered 200.0/s");
			assertThat(output.resolve("latency-accepted.hgrm")).exists();
		}
	}

	/** The latency at a percentile in a file of HdrHistogram's. */
	private static double valueAt(Path file, double percentile) throws Exception {
		return Files.readAllLines(file)
			.stream()
			.filter((line) -> line.matches("[0-9. ]+( inf)?"))
			.map((line) -> line.strip().split(" +"))
			.filter((columns) -> Double.parseDouble(columns[1]) >= percentile)
			.mapToDouble((columns) -> Double.parseDouble(columns[0]))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void failsBelowTheRate() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			Thread.sleep(50);
			return self.accept(request);
		})) {
			Ran ran = Ran.with("--rate 60 --duration 2s --connections 2 --url " + producer.url());
			ran.exits(1);
			assertThat(ran.out())
				.containsPattern("FAILED: The achieved rate of [0-9.]+/s is under 99 % of the offered 60.0/s");
			// Late, but sent: what waited is in the latencies.
			assertThat(ran.count("sent")).isEqualTo(120);
			assertThat(ran.count("lost")).isZero();
		}
	}

	@Test
	void doesNotKnowWhatBecameOfWhatHadNoAnswer() throws Exception {
		AtomicInteger count = new AtomicInteger();
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			String answer = self.accept(request);
			return (count.incrementAndGet() % 5 == 0) ? LittleProducer.NOTHING : answer;
		})) {
			Ran ran = Ran.with("--rate 200 --duration 1s --connections 4 --url %s --journal %s"
				.formatted(producer.url(), producer.journal));
			ran.isAccountedFor();
			assertThat(ran.count("unknown")).isEqualTo(40);
			assertThat(ran.count("accepted")).isEqualTo(160);
			assertThat(ran.count("processed")).isEqualTo(200);
			assertThat(ran.out()).contains("40 had no answer");
			// Not sent again: a generator that did would count one message twice.
			assertThat(producer.requests.stream().map(Request::key).collect(Collectors.toSet())).hasSize(200);
		}
	}

	@Test
	void doesNotKnowWhatBecameOfWhatWasAnsweredInPart() throws Exception {
		try (LittleProducer producer = new LittleProducer(
				(self, request) -> "HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Type: application/json\r\n"
						+ "Content-Length: 500\r\n\r\n{\"messageId\":\"" + request.key()
						+ "\",\"outcome\":\"accepted\"}")) {
			Ran ran = Ran.with("--rate 20 --duration 1s --url " + producer.url());
			assertThat(ran.out()).contains("20 had no answer");
			ran.isAccountedFor();
			assertThat(ran.count("unknown")).isEqualTo(20);
			assertThat(ran.count("accepted")).isZero();
		}
	}

	@Test
	void givesUpWaitingForAnAnswer() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			Thread.sleep(5000);
			return self.accept(request);
		})) {
			Ran ran = Ran.with("--rate 20 --duration 1s --timeout 300ms --url " + producer.url());
			ran.isAccountedFor();
			assertThat(ran.count("unknown")).isEqualTo(20);
		}
	}

	@Test
	void saysWhichAnswersWereNoProducers() throws Exception {
		try (LittleProducer producer = new LittleProducer(
				(self, request) -> LittleProducer.answer("503 Busy", "text/html", "<h1>A load balancer</h1>"))) {
			Ran ran = Ran.with("--rate 50 --duration 1s --url " + producer.url());
			ran.isAccountedFor();
			assertThat(ran.count("unknown")).isEqualTo(50);
			assertThat(ran.out()).contains("50 answers were not a producer's, the first: status 503 as 'text/html'");
		}
	}

	@Test
	void takesTheWordOfARefusal() throws Exception {
		AtomicInteger count = new AtomicInteger();
		try (LittleProducer producer = new LittleProducer((self, request) -> LittleProducer.problem(429,
				(count.incrementAndGet() % 2 == 0) ? "rejected" : "unknown"))) {
			Ran ran = Ran.with("--rate 50 --duration 1s --url " + producer.url());
			ran.isAccountedFor();
			assertThat(ran.count("rejected")).isEqualTo(25);
			assertThat(ran.count("unknown")).isEqualTo(25);
			assertThat(ran.out()).contains("  rejected  p50 ");
		}
	}

	@Test
	void namesWhatIsInNoJournal() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			if (request.key().endsWith("-17")) {
				self.accepted.incrementAndGet();
				return LittleProducer.accepted(request.key());
			}
			return self.accept(request);
		})) {
			Ran ran = Ran.with(journaled(producer));
			ran.exits(1);
			assertThat(ran.count("lost")).isEqualTo(1);
			assertThat(ran.count("processed")).isEqualTo(99);
			assertThat(ran.out()).containsPattern(
					"FAILED: 1 accepted are in no journal, and the ledger calls 0 dead-lettered, so 1 are missing: load-[0-9a-f]{16}-17\\R");
		}
	}

	@Test
	void takesTheLedgersWordForDeadLetters() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			if (request.key().endsWith("-17")) {
				self.extra.merge("accepted", 1L, Long::sum);
				self.extra.merge("deadLettered", 1L, Long::sum);
				return LittleProducer.accepted(request.key());
			}
			return self.accept(request);
		})) {
			Ran ran = Ran.with(journaled(producer));
			ran.isAccountedFor();
			assertThat(ran.count("dead-lettered")).isEqualTo(1);
			assertThat(ran.count("lost")).isZero();
			assertThat(ran.out())
				.contains("1 accepted are in no journal, and are taken for dead letters by the ledger's word");
		}
	}

	@Test
	void countsWhatWasProcessedTwice() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			self.write(request.key());
			self.write("another run's");
			return self.accept(request);
		})) {
			Ran ran = Ran.with(journaled(producer));
			ran.isAccountedFor();
			assertThat(ran.count("processed")).isEqualTo(100);
			assertThat(ran.count("duplicated")).isEqualTo(100);
		}
	}

	@Test
	void failsWhereWhatWasRejectedIsProcessed() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			self.write(request.key());
			return LittleProducer.problem(503, "rejected");
		})) {
			Ran ran = Ran.with(journaled(producer));
			ran.exits(1);
			assertThat(ran.out())
				.contains("FAILED: 100 are in a journal although they were rejected or never sent: load-");
		}
	}

	@Test
	void failsWhereTheLedgerCountsOthers() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			self.extra.put("processed", -3L);
			self.extra.put("accepted", -2L);
			return self.accept(request);
		})) {
			Ran ran = Ran.with(journaled(producer));
			ran.exits(1);
			assertThat(ran.out()).contains(
					"FAILED: The ledger disagrees: it counts 98 stored, and by what was answered it is 100",
					"FAILED: The ledger disagrees: it counts 97 processed, and by the journals it is 100");
			assertThat(ran.count("lost")).isZero();
		}
	}

	@Test
	void failsByTheLedgersWordAlone() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			self.extra.put("processed", -1L);
			self.extra.put("lost", 1L);
			return self.accept(request);
		})) {
			Ran ran = Ran.with("--rate 100 --duration 1s --url " + producer.url());
			ran.exits(1);
			assertThat(ran.count("lost")).isEqualTo(1);
			assertThat(ran.out()).contains("FAILED: The ledger calls 1 lost: 00ab/7-7");
		}
	}

	@Test
	void waitsForTheLedgerButNotForEver() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			self.extra.put("pending", 2L);
			return self.accept(request);
		})) {
			long begin = System.nanoTime();
			Ran ran = Ran.with("--rate 100 --duration 1s --settle 1s --url " + producer.url());
			ran.exits(1);
			assertThat(ran.out()).contains("FAILED: The ledger shows 2 pending and 0 in flight at the end of --settle");
			assertThat((System.nanoTime() - begin) / 1e9).isBetween(2.0, 10.0);
		}
	}

	@Test
	void beginsOnlyWhereNothingIsPending() throws Exception {
		try (LittleProducer producer = new LittleProducer(LittleProducer::accept)) {
			producer.extra.put("pending", 2L);
			Ran ran = Ran.with("--rate 100 --settle 300ms --url " + producer.url());
			ran.exits(3);
			assertThat(ran.err()).contains("shows 2 pending before the run", "--settle more than 300ms");
			assertThat(producer.requests).isEmpty();
		}
	}

	@Test
	void saysWhichProducerCannotBeReached() throws Exception {
		int port = TestPorts.free();
		Ran ran = Ran.with("--rate 100 --url http://127.0.0.1:" + port);
		ran.exits(3);
		assertThat(ran.err()).startsWith("http://127.0.0.1:" + port + "/actuator/ledger does not answer: ");
	}

	@Test
	void refusesOneProducerUnderTwoNames() throws Exception {
		try (LittleProducer producer = new LittleProducer(LittleProducer::accept)) {
			Ran ran = Ran.with("--rate 100 --url %s --url %s".formatted(producer.url(),
					producer.url().replace("127.0.0.1", "localhost")));
			ran.exits(2);
			assertThat(ran.err()).contains("both are the producer 'little'");
		}
	}

	@Test
	void findsTheRateAtWhichTheLatencyBreaks() throws Exception {
		// Four connections of 50 ms each: 80 a second at the very most. Where more is
		// offered for a second, what is over waits.
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			Thread.sleep(50);
			return self.accept(request);
		})) {
			Ran ran = Ran
				.with("--find-knee --rate 20 --duration 1s --knee-p99 300ms --connections 4 --url %s --journal %s"
					.formatted(producer.url(), producer.journal));
			ran.exits(0);
			assertThat(Integer.parseInt(ran.out().replaceAll("(?s).*knee=([0-9]+).*", "$1"))).as(ran.out())
				.isBetween(20, 110);
			assertThat(ran.out()).contains("broken", "holds", "PASSED");
			assertThat(ran.count("processed")).isEqualTo(producer.accepted.get());
		}
	}

	@Test
	void findsNoKneeWhereTheFirstRateIsTooHigh() throws Exception {
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			Thread.sleep(50);
			return self.accept(request);
		})) {
			Ran ran = Ran.with("--find-knee --rate 50 --duration 1s --knee-p99 40ms --url " + producer.url());
			ran.exits(0);
			assertThat(ran.out()).contains("knee=none");
		}
	}

	@Test
	void survivesAProducerThatIsAwayForAWhile() throws Exception {
		AtomicLong begin = new AtomicLong();
		try (LittleProducer producer = new LittleProducer((self, request) -> {
			begin.compareAndSet(0, System.nanoTime());
			long since = (System.nanoTime() - begin.get()) / 1_000_000;
			return (since > 300 && since < 600) ? LittleProducer.NOTHING : self.accept(request);
		})) {
			Ran ran = Ran.with("--rate 200 --duration 1s --connections 4 --url %s --journal %s"
				.formatted(producer.url(), producer.journal));
			ran.isAccountedFor();
			assertThat(ran.count("sent")).isEqualTo(200);
			assertThat(ran.count("unknown")).isBetween(20L, 80L);
			assertThat(ran.count("accepted")).isEqualTo(ran.count("processed"));
		}
	}

	private static String journaled(LittleProducer producer) {
		return "--rate 100 --duration 1s --url %s --journal %s".formatted(producer.url(), producer.journal);
	}

}
