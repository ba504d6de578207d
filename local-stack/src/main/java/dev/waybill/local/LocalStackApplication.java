package dev.waybill.local;

import java.util.List;

import org.springframework.core.NestedExceptionUtils;

/** The local stack: one command, a broker and both services. */
public final class LocalStackApplication {

	private LocalStackApplication() {
	}

	public static void main(String[] arguments) {
		if (List.of(arguments).contains("--help")) {
			System.out.println(StackOptions.USAGE);
			return;
		}
		try {
			StackOptions options = StackOptions.parse(arguments);
			FreePorts.require(options.ports());
			run(options);
		}
		catch (NotPossibleException ex) {
			System.err.println(ex.getMessage());
			System.exit(1);
		}
		catch (RuntimeException ex) {
			// The services have said more in the log.
			System.err.println(
					"The local stack did not start: " + NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
			System.exit(1);
		}
	}

	private static void run(StackOptions options) {
		StackLogging.start();
		LocalStack stack = new LocalStack(options);
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			stack.close();
			System.out.println(Announcement.stopped(options));
		}, "local-stack-stop"));
		System.out.println(Announcement.starting(options));
		stack.start();
		if (!stack.isStopped()) {
			System.out.println(Announcement.started(options));
		}
	}

}
