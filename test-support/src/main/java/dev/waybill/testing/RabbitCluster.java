package dev.waybill.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Network.Ipam;

/**
 * A cluster of three nodes in containers; each two of them share a private network of
 * their own, so that a test can part any two, and clients come by another way, which
 * stays.
 */
public final class RabbitCluster implements AutoCloseable {

	private static final int SIZE = 3;

	/** The one before is the bridge's own. */
	private static final int FIRST_ADDRESS = 2;

	private final List<RabbitBroker> nodes = new ArrayList<>();

	/** The network of each two nodes, by {@link #between}. */
	private final Map<String, Net> networks = new LinkedHashMap<>();

	/** The networks that are cut now. */
	private final Set<String> cut = new LinkedHashSet<>();

	private RabbitCluster() {
		String cookie = UUID.randomUUID().toString();
		try {
			this.nodes.addAll(IntStream.rangeClosed(1, SIZE)
				.parallel()
				.mapToObj((i) -> RabbitBroker.startNode("rabbit" + i, cookie))
				.toList());
			for (int a = 0; a < SIZE; a++) {
				for (int b = a + 1; b < SIZE; b++) {
					String between = between(a, b);
					this.networks.put(between, createNetwork("waybill-" + cookie.substring(0, 8) + "-" + between));
					connect(a, between);
					connect(b, between);
				}
			}
			for (RabbitBroker node : this.nodes.subList(1, SIZE)) {
				node.ctl("stop_app");
				node.ctl("join_cluster", "rabbit@rabbit1");
				node.ctl("start_app");
			}
			this.nodes.forEach(RabbitBroker::awaitServing);
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
	}

	/** Starts three nodes and joins them. */
	public static RabbitCluster start() {
		return new RabbitCluster();
	}

	/** Makes a new, empty virtual host, which is reached through any node. */
	public VirtualHost newVirtualHost() {
		return RabbitBroker.newVirtualHost(this.nodes);
	}

	public List<RabbitBroker> nodes() {
		return List.copyOf(this.nodes);
	}

	/** The node that leads a queue now. */
	public RabbitBroker leader(VirtualHost host, String queue) {
		String name = host.get("/api/queues/" + host.name() + "/" + queue).path("leader").asString();
		return this.nodes.get(name.charAt(name.length() - 1) - '1');
	}

	/** How many nodes keep a queue. */
	public int members(VirtualHost host, String queue) {
		return host.get("/api/queues/" + host.name() + "/" + queue).path("members").size();
	}

	/** How many of those serve it now. */
	public int online(VirtualHost host, String queue) {
		return host.get("/api/queues/" + host.name() + "/" + queue).path("online").size();
	}

	/** The nodes but for this one. */
	public List<RabbitBroker> others(RabbitBroker node) {
		return this.nodes.stream().filter((other) -> other != node).toList();
	}

	/** Parts a node from the others; its clients still reach it. */
	public void isolate(RabbitBroker node) {
		others(node).forEach((other) -> part(node, other));
	}

	/** Parts two nodes, which both still reach the third. */
	public void part(RabbitBroker one, RabbitBroker other) {
		int a = this.nodes.indexOf(one);
		int b = this.nodes.indexOf(other);
		String between = between(Math.min(a, b), Math.max(a, b));
		if (this.cut.add(between)) {
			disconnect(a, between);
			disconnect(b, between);
		}
	}

	/** All reach each other again. */
	public void heal() {
		for (String between : this.cut) {
			connect(between.charAt(0) - '1', between);
			connect(between.charAt(1) - '1', between);
		}
		this.cut.clear();
	}

	@Override
	public void close() {
		DockerClient docker = this.nodes.isEmpty() ? null : docker();
		this.nodes.forEach(RabbitBroker::close);
		if (docker != null) {
			this.networks.values().forEach((network) -> docker.removeNetworkCmd(network.id()).exec());
		}
	}

	private static String between(int a, int b) {
		return (a + 1) + "" + (b + 1);
	}

	/**
	 * With a subnet of the test's choice, or a node could not come back to its address.
	 */
	private Net createNetwork(String name) {
		for (int attempt = 0;; attempt++) {
			String prefix = "10.213." + ThreadLocalRandom.current().nextInt(256) + ".";
			try {
				String id = docker().createNetworkCmd()
					.withName(name)
					.withIpam(new Ipam().withConfig(new Ipam.Config().withSubnet(prefix + "0/28")))
					// without it the ports of clients would go this way
					.withInternal(true)
					.exec()
					.getId();
				return new Net(id, prefix);
			}
			catch (DockerException ex) {
				if (attempt == 20) {
					throw ex;
				}
			}
		}
	}

	/** At the same address as before, so that what the nodes had to say goes on. */
	private void connect(int node, String between) {
		Net network = network(between);
		docker().connectToNetworkCmd()
			.withNetworkId(network.id())
			.withContainerId(this.nodes.get(node).containerId())
			.withContainerNetwork(new ContainerNetwork().withAliases("rabbit" + (node + 1))
				.withIpamConfig(new ContainerNetwork.Ipam().withIpv4Address(network.prefix() + (FIRST_ADDRESS + node))))
			.exec();
	}

	private Net network(String between) {
		return Objects.requireNonNull(this.networks.get(between));
	}

	private void disconnect(int node, String between) {
		docker().disconnectFromNetworkCmd()
			.withNetworkId(network(between).id())
			.withContainerId(this.nodes.get(node).containerId())
			.withForce(true)
			.exec();
	}

	private DockerClient docker() {
		return this.nodes.get(0).docker();
	}

	/**
	 * A network of Docker's.
	 *
	 * @param id Docker's id of it
	 * @param prefix of its addresses
	 */
	private record Net(String id, String prefix) {
	}

}
