package dev.waybill.pair;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Clients who send the beginning of a request and then nothing more, or very little. */
final class SlowClients implements AutoCloseable {

	private final List<SocketChannel> channels = new ArrayList<>();

	private int begun;

	/**
	 * Connects them, as far as anyone accepts them.
	 * @param count how many there are
	 * @param seconds how long they try
	 */
	SlowClients(URI target, int count, String beginning, int seconds) throws IOException {
		byte[] bytes = beginning.getBytes(StandardCharsets.US_ASCII);
		long end = System.nanoTime() + seconds * 1_000_000_000L;
		try (Selector selector = Selector.open()) {
			for (int i = 0; i < count; i++) {
				SocketChannel channel = SocketChannel.open();
				this.channels.add(channel);
				channel.configureBlocking(false);
				channel.connect(new InetSocketAddress(target.getHost(), target.getPort()));
				channel.register(selector, SelectionKey.OP_CONNECT);
			}
			while (this.begun < count && System.nanoTime() < end) {
				selector.select((key) -> begin(key, bytes), 100);
			}
		}
	}

	private void begin(SelectionKey key, byte[] bytes) {
		try {
			SocketChannel channel = (SocketChannel) key.channel();
			channel.finishConnect();
			channel.write(ByteBuffer.wrap(bytes));
			key.cancel();
			this.begun++;
		}
		catch (IOException ex) {
			key.cancel();
		}
	}

	/** Each of a part of them says a little more, if anyone still listens to it. */
	void say(String more, int part, int parts) {
		byte[] bytes = more.getBytes(StandardCharsets.US_ASCII);
		for (int i = part; i < this.channels.size(); i += parts) {
			try {
				this.channels.get(i).write(ByteBuffer.wrap(bytes));
			}
			catch (IOException | NotYetConnectedException ex) {
				// sent away
			}
		}
	}

	/** Waits until all that were served have the first byte of their answer. */
	void awaitAnswers() throws IOException, InterruptedException {
		List<SocketChannel> waiting = new ArrayList<>(this.channels);
		while (!waiting.isEmpty()) {
			for (SocketChannel channel : List.copyOf(waiting)) {
				if (channel.read(ByteBuffer.allocate(4096)) != 0) {
					waiting.remove(channel);
				}
			}
			Thread.sleep(20);
		}
	}

	/** How many have sent their beginning. */
	int begun() {
		return this.begun;
	}

	@Override
	public void close() throws IOException {
		for (SocketChannel channel : this.channels) {
			channel.close();
		}
	}

}
