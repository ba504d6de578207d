package dev.waybill.producer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class FlushHoldTests {

	private static final int NOTHING_COMES_MILLIS = 200;

	private Socket here;

	private Socket there;

	/** As the AMQP client has it, whose buffer is in front of the socket. */
	private OutputStream out;

	@BeforeEach
	void connect() throws IOException {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.here = new FlushHold().createSocket();
			this.here.connect(server.getLocalSocketAddress());
			this.there = server.accept();
		}
		this.there.setSoTimeout(10_000);
		this.out = new BufferedOutputStream(this.here.getOutputStream());
	}

	@AfterEach
	void close() throws IOException {
		this.here.close();
		this.there.close();
	}

	@Test
	void whatIsFlushedOutsideOfABurstGoesAtOnce() throws IOException {
		send("one");
		assertThat(read(3)).isEqualTo("one");
	}

	@Test
	void whatIsFlushedInABurstGoesAtItsEnd() throws IOException {
		FlushHold.begin();
		try {
			send("one");
			send("two");
			assertNothingComes();
		}
		finally {
			FlushHold.end();
		}
		assertThat(read(6)).isEqualTo("onetwo");
		send("three");
		assertThat(read(5)).isEqualTo("three");
	}

	@Test
	void whatAnotherThreadFlushesTakesAlongWhatIsBeforeIt() throws Exception {
		FlushHold.begin();
		try {
			send("one");
			Thread heartbeat = new Thread(() -> send("beat"));
			heartbeat.start();
			heartbeat.join();
			assertThat(read(7)).isEqualTo("onebeat");
			send("two");
			assertNothingComes();
		}
		finally {
			FlushHold.end();
		}
		assertThat(read(3)).isEqualTo("two");
	}

	@Test
	void largeWritesAndManySmallOnesKeepTheirOrder() throws Exception {
		byte[] sent = new byte[3_000_000];
		for (int i = 0; i < sent.length; i++) {
			sent[i] = (byte) (i * 31 + i / 251);
		}
		int[] sizes = { 1, 7, 500, 8192, 8193, 65_536, 65_537, 200_000 };
		Thread writer = new Thread(() -> {
			FlushHold.begin();
			try {
				for (int from = 0, i = 0; from < sent.length; i++) {
					int length = Math.min(sizes[i % sizes.length], sent.length - from);
					this.out.write(sent, from, length);
					this.out.flush();
					from += length;
				}
				FlushHold.end();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
		writer.start();
		byte[] received = this.there.getInputStream().readNBytes(sent.length);
		writer.join();
		assertThat(Arrays.equals(received, sent)).isTrue();
	}

	@Test
	void aBrokenConnectionIsToldAtTheEndOfTheBurst() throws IOException {
		FlushHold.begin();
		send("one");
		this.here.close();
		assertThatExceptionOfType(IOException.class).isThrownBy(FlushHold::end);
	}

	private void send(String text) {
		try {
			this.out.write(text.getBytes());
			this.out.flush();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private String read(int length) throws IOException {
		return new String(this.there.getInputStream().readNBytes(length));
	}

	private void assertNothingComes() throws IOException {
		InputStream in = this.there.getInputStream();
		this.there.setSoTimeout(NOTHING_COMES_MILLIS);
		assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(in::read);
		this.there.setSoTimeout(10_000);
	}

}
