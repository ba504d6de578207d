package dev.waybill.local;

import java.util.List;

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
			run(StackOptions.parse(arguments));
		}
		catch (NotPossibleException ex) {
			System.err.println(ex.getMessage());
			System.exit(1);
		}
		catch (RuntimeException ex) {
			// The services say themselves, in the log, why they did not start.
			System.err.println("The local stack did not start: " + ex.getMessage());
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
