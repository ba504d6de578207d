package dev.waybill.pair;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.EventRequest;
import dev.waybill.testing.JavaProcess;

/**
 * Makes a thread of a service throw, wherever it is, as one that finds no memory would.
 */
final class Debugger implements AutoCloseable {

	/** For the JVM; a port that is free, which it prints. */
	static final String OPTION = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0";

	private static final Pattern PORT = Pattern.compile("Listening for transport dt_socket at address: (\\d+)");

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private final VirtualMachine machine;

	Debugger(JavaProcess process) throws Exception {
		Matcher port = PORT.matcher(process.output());
		if (!port.find()) {
			throw new IllegalStateException("has no debugger's port:\n" + process.output());
		}
		AttachingConnector connector = Bootstrap.virtualMachineManager()
			.attachingConnectors()
			.stream()
			.filter((one) -> one.name().equals("com.sun.jdi.SocketAttach"))
			.findFirst()
			.orElseThrow();
		Map<String, Connector.Argument> arguments = connector.defaultArguments();
		Objects.requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
		Objects.requireNonNull(arguments.get("port")).setValue(port.group(1));
		this.machine = connector.attach(arguments);
	}

	/** Lets whichever thread comes there next throw at the beginning of a method. */
	void stopAt(String method) throws Exception {
		stopAt(method, () -> {
		});
	}

	/**
	 * The same.
	 * @param method its class and name, with a dot
	 * @param meanwhile what may be needed to get a thread there
	 */
	void stopAt(String method, Oracle.Step meanwhile) throws Exception {
		int dot = method.lastIndexOf('.');
		BreakpointRequest request = this.machine.eventRequestManager()
			.createBreakpointRequest(this.machine.classesByName(method.substring(0, dot))
				.get(0)
				.methodsByName(method.substring(dot + 1))
				.get(0)
				.location());
		request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
		request.enable();
		meanwhile.run();
		EventSet events = this.machine.eventQueue().remove(LIMIT.toMillis());
		if (events == null) {
			throw new IllegalStateException("nobody has come to " + method);
		}
		request.disable();
		for (Event event : events) {
			if (event instanceof BreakpointEvent reached) {
				reached.thread().stop(error());
			}
		}
		events.resume();
	}

	/** Every JVM has some ready, for when there is no memory for one. */
	private ObjectReference error() {
		return this.machine.classesByName("java.lang.OutOfMemoryError").get(0).instances(1).get(0);
	}

	@Override
	public void close() throws IOException {
		this.machine.dispose();
	}

}
