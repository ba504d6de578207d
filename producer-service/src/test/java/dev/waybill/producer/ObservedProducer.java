package dev.waybill.producer;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

import javax.management.AttributeNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import dev.waybill.testing.JavaProcess;
import dev.waybill.testing.TestPorts;
import dev.waybill.testing.VirtualHost;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import jdk.management.jfr.FlightRecorderMXBean;

/** A producer in a process of its own, which tells what it allocates and what it runs. */
final class ObservedProducer implements AutoCloseable {

	private final JavaProcess process;

	private final RunningProducer client;

	private final JMXConnector connector;

	private final MBeanServerConnection connection;

	/**
	 * Starts one with the parts of this class path that are wanted. It compiles simply,
	 * so that what is allocated does not depend on what the compiler has optimised away.
	 */
	ObservedProducer(VirtualHost host, Predicate<String> wanted, String... arguments) throws Exception {
		int port = TestPorts.free();
		List<String> all = new ArrayList<>(host.arguments());
		all.addAll(List.of("--server.port=" + port, "--waybill.instance=observed"));
		all.addAll(List.of(arguments));
		this.process = JavaProcess.start(ProducerApplication.class.getName(), wanted,
				List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), all);
		this.process.awaitOutput("Started ", Duration.ofSeconds(60));
		this.client = RunningProducer.elsewhere(port).awaitLanes(Duration.ofSeconds(20));
		this.connector = JMXConnectorFactory.connect(new JMXServiceURL(address(this.process.pid())));
		this.connection = this.connector.getMBeanServerConnection();
	}

	private static String address(long pid) throws AttachNotSupportedException, IOException {
		VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
		try {
			return machine.startLocalManagementAgent();
		}
		finally {
			machine.detach();
		}
	}

	/** Posts so many, one after the other. */
	void post(int count) {
		for (int i = 0; i < count; i++) {
			Answer answer = this.client.post("{\"some\":\"message of a usual size, with " + i % 10 + "\"}",
					"Content-Type", "application/json");
			if (answer.status() != 202) {
				throw new IllegalStateException(answer.toString());
			}
		}
	}

	/** The bytes that all its threads allocate for each of so many posts. */
	double allocatedByEachOf(int count) throws IOException, JMException {
		long before = allocated();
		post(count);
		return (allocated() - before) / (double) count;
	}

	private long allocated() throws IOException, JMException {
		try {
			// Since Java 21, where requests have virtual threads.
			return (Long) this.connection.getAttribute(new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
					"TotalThreadAllocatedBytes");
		}
		catch (AttributeNotFoundException ex) {
			ThreadMXBean threads = bean(ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
			return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
				.filter((bytes) -> bytes > 0)
				.sum();
		}
	}

	/**
	 * Every frame of every stack that the flight recorder sees while it posts so many.
	 */
	List<RecordedFrame> profile(int count, Path file) throws IOException {
		FlightRecorderMXBean recorder = bean("jdk.management.jfr:type=FlightRecorder", FlightRecorderMXBean.class);
		long recording = recorder.newRecording();
		recorder.setPredefinedConfiguration(recording, "profile");
		recorder.startRecording(recording);
		post(count);
		recorder.stopRecording(recording);
		recorder.copyTo(recording, file.toString());
		List<RecordedFrame> frames = new ArrayList<>();
		for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
			if (event.getStackTrace() != null) {
				frames.addAll(event.getStackTrace().getFrames());
			}
		}
		return frames;
	}

	private <T> T bean(String name, Class<T> type) throws IOException {
		return ManagementFactory.newPlatformMXBeanProxy(this.connection, name, type);
	}

	@Override
	public void close() throws IOException {
		try (this.process) {
			this.connector.close();
		}
	}

}
