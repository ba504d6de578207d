package dev.waybill.producer;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import dev.waybill.producer.LedgerEndpoint.Counts;
import dev.waybill.producer.ProducerMetrics.Problem;
import dev.waybill.producer.RecentLatency.Percentiles;
import dev.waybill.producer.ledger.DeliveryLedger;
import dev.waybill.producer.ledger.DeliveryLedger.Totals;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Decides what the live page shows; read once a second, however many look. */
final class LiveState {

	private static final Duration SAME_READING = Duration.ofMillis(500);

	private final DeliveryLedger ledger;

	private final ProducerMetrics metrics;

	private final BrokerState broker;

	private final String instance;

	private final String promise;

	private final JsonMapper json;

	/** A page that sees another one knows that the service was started again. */
	private final String run = Instant.now().toString();

	private final long startedNanos = System.nanoTime();

	private String text = "";

	private long readNanos;

	LiveState(DeliveryLedger ledger, ProducerMetrics metrics, BrokerState broker, ProducerInstance instance,
			String promise, JsonMapper json) {
		this.ledger = ledger;
		this.metrics = metrics;
		this.broker = broker;
		this.instance = instance.name();
		this.promise = promise;
		this.json = json;
	}

	/** The state of this second, as JSON in one line. */
	synchronized String json() {
		long now = System.nanoTime();
		if (this.text.isEmpty() || now - this.readNanos >= SAME_READING.toNanos()) {
			this.text = this.json.writeValueAsString(read(Duration.ofNanos(now - this.startedNanos).toMillis()));
			this.readNanos = now;
		}
		return this.text;
	}

	private Shown read(long up) {
		Totals totals = this.ledger.totals();
		return new Shown(System.currentTimeMillis(), up, this.run, this.instance, this.promise, Counts.of(totals),
				totals.consumers(), totals.oldestPending().toMillis() / 1e3, totals.auditAge().toMillis() / 1e3,
				this.metrics.latency().take(), broker(), this.broker.problem(), this.metrics.lastProblems());
	}

	private String broker() {
		if (this.broker.isBlocked()) {
			return "blocked";
		}
		return this.broker.isConnected() ? "connected" : "away";
	}

	/**
	 * What a page is told.
	 *
	 * @param at when, in milliseconds since the epoch
	 * @param up the milliseconds that the service has been up, which nobody can set as
	 * they can a clock
	 * @param run when the service started
	 * @param instance the producer
	 * @param promise what is promised, in one word
	 * @param ledger the counts of its ledger
	 * @param consumers that it heard of in the last 10 minutes
	 * @param pendingAge of the oldest pending number, in seconds
	 * @param auditAge seconds since a marker vouched for what is pending; 0 where nothing
	 * is
	 * @param latency from taking a message in to its confirm, of those accepted since the
	 * reading before; null where there was none
	 * @param broker connected, blocked or away
	 * @param brokerProblem what is wrong with it, or nothing
	 * @param problems by reason, the latest first
	 */
	record Shown(long at, long up, String run, String instance, String promise, Counts ledger, int consumers,
			double pendingAge, double auditAge, @Nullable Percentiles latency, String broker, String brokerProblem,
			List<Problem> problems) {
	}

}
