package dev.waybill.pair;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import dev.waybill.testing.Eventually;
import dev.waybill.testing.RabbitBroker;
import dev.waybill.testing.RabbitCluster;
import dev.waybill.testing.VirtualHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Three nodes of which some die, stop, or are parted from the others. */
@Tag("full")
class ClusterFaultsIntegrationTests extends BrokerFaultTest {

	private static @Nullable RabbitCluster cluster;

	private final VirtualHost host = cluster().newVirtualHost();

	@BeforeAll
	static void start() {
		cluster = RabbitCluster.start();
	}

	@AfterAll
	static void stop() {
		cluster().close();
	}

	@AfterEach
	void heal() {
		cluster().heal();
	}

	@Test
	void theLeaderIsKilled() throws Exception {
		onThreeNodes(0);
		underLoad("cluster: the leader is killed", (oracle) -> {
			RabbitBroker leader = leader();
			leader.kill();
			oracle.consumersLost(1);
			acceptsMore(10 * PER_SECOND);
			leader.startAgain();
			untilAllAreOnline();
		});
	}

	@Test
	void aFollowerIsKilled() throws Exception {
		onThreeNodes(0);
		underLoad("cluster: a follower is killed", (oracle) -> {
			RabbitBroker follower = cluster().others(leader()).get(0);
			follower.kill();
			oracle.consumersLost(1);
			acceptsMore(10 * PER_SECOND);
			follower.startAgain();
			untilAllAreOnline();
		});
	}

	@Test
	void twoOfThreeAreDown() throws Exception {
		onThreeNodes(0);
		underLoad("cluster: two of three are down, and back", (oracle) -> {
			List<RabbitBroker> others = cluster().others(cluster().nodes().get(0));
			others.forEach(RabbitBroker::kill);
			long down = System.nanoTime();
			Thread.sleep(30_000);
			long back = System.nanoTime();
			others.forEach(RabbitBroker::beginAgain);
			assertThat(acceptedOf(down, back)).as("accepted without a quorum").isEmpty();
			others.forEach(RabbitBroker::awaitServing);
			oracle.consumersLost(2);
			untilAllAreOnline();
		});
	}

	@Test
	void theLeaderIsIsolatedForTenSeconds() throws Exception {
		isolateLeader("cluster: the leader is isolated for 10 s", 10);
	}

	@Test
	void theLeaderIsIsolatedForThirtySeconds() throws Exception {
		isolateLeader("cluster: the leader is isolated for 30 s", 30);
	}

	@Test
	void theClientsAreInTheMinorityForTenSeconds() throws Exception {
		isolateClients("cluster: the clients are in the minority for 10 s", 10);
	}

	@Test
	void theClientsAreInTheMinorityForThirtySeconds() throws Exception {
		isolateClients("cluster: the clients are in the minority for 30 s", 30);
	}

	@Test
	void aRingIsOpenForTenSeconds() throws Exception {
		openRing("cluster: the ring of nodes is open for 10 s", 10);
	}

	@Test
	void aRingIsOpenForThirtySeconds() throws Exception {
		openRing("cluster: the ring of nodes is open for 30 s", 30);
	}

	@Test
	void allNodesAreRestartedInTurn() throws Exception {
		onThreeNodes(0);
		underLoad("cluster: rolling restart", (oracle) -> {
			for (RabbitBroker node : cluster().nodes()) {
				node.stop();
				oracle.consumersLost(1);
				node.startAgain();
				untilAllAreOnline();
				acceptsMore(PER_SECOND);
			}
			oracle.books().outside("slowest answer " + load().slowestMillis + " ms");
		});
		assertThat(load().rejected).isEmpty();
		assertThat(load().unknown).isEmpty();
	}

	private void isolateLeader(String name, int seconds) throws Exception {
		// the queues are led by the consumer's node, which is the second
		onThreeNodes(1);
		RabbitBroker leader = leader();
		assertThat(leader).isSameAs(cluster().nodes().get(1));
		parted(name, seconds, () -> cluster().isolate(leader));
	}

	private void isolateClients(String name, int seconds) throws Exception {
		onThreeNodes(1);
		RabbitBroker first = cluster().nodes().get(0);
		assertThat(leader()).isNotSameAs(first);
		parted(name, seconds, () -> cluster().isolate(first));
	}

	/** Both ends still reach the third, so that nodes do not agree on who is there. */
	private void openRing(String name, int seconds) throws Exception {
		onThreeNodes(1);
		parted(name, seconds, () -> cluster().part(cluster().nodes().get(0), leader()));
	}

	private void parted(String name, int seconds, Runnable part) throws Exception {
		underLoad(name, (oracle) -> {
			part.run();
			Thread.sleep(seconds * 1000L);
			cluster().heal();
			oracle.consumersLost(2);
			untilAllAreOnline();
		});
	}

	/** The producer comes to the first node; the consumer, and so the leader, to this. */
	private void onThreeNodes(int consumer) {
		RabbitBroker node = cluster().nodes().get(consumer);
		List<RabbitBroker> others = cluster().others(node);
		VirtualHost there = this.host.through(node, others.get(0), others.get(1));
		fleet(this.host, new String[0], there.arguments().toArray(String[]::new));
		assertThat(cluster().members(this.host, "hello")).isEqualTo(3);
	}

	private RabbitBroker leader() {
		return cluster().leader(this.host, "hello");
	}

	private void untilAllAreOnline() {
		Eventually.within(Duration.ofSeconds(120), () -> cluster().online(this.host, "hello") == 3);
	}

	private static RabbitCluster cluster() {
		return Objects.requireNonNull(cluster);
	}

}
