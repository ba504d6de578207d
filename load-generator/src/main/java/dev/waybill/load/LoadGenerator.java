package dev.waybill.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Offers load to producers over HTTP, and proves what became of it. */
public final class LoadGenerator {

	private final LoadOptions options;

	private final Consumer<String> out;

	private final List<String> result = new ArrayList<>();

	private LoadGenerator(LoadOptions options, Consumer<String> out) {
		this.options = options;
		this.out = out;
	}

	public static void main(String[] arguments) throws InterruptedException {
		System.exit(run(System.out, System.err, arguments));
	}

	/**
	 * Does what the arguments say.
	 * @return 0 good; 1 not accounted for, or too slow; 2 bad options; 3 a producer that
	 * cannot be reached
	 */
	static int run(PrintStream out, PrintStream err, String... arguments) throws InterruptedException {
		if (List.of(arguments).contains("--help")) {
			out.println(LoadOptions.USAGE);
			return 0;
		}
		try {
			LoadOptions options = LoadOptions.parse(arguments);
			return new LoadGenerator(options, out::println).run();
		}
		catch (NotPossibleException ex) {
			err.println(ex.getMessage());
			return ex.exitStatus();
		}
	}

	private int run() throws InterruptedException {
		Keys keys = Keys.random(this.options.batch());
		OutcomeList outcomes = new OutcomeList();
		Ledgers ledgers = Ledgers.before(this.options.urls(), this.options.settle());
		this.out.accept("Ids begin with " + keys.prefix());
		List<String> failures = new ArrayList<>();
		Stretch stretch;
		try (Load load = new Load(this.options, keys, outcomes).open()) {
			stretch = offer(load, failures);
		}
		Report.of(stretch).forEach(this::say);
		Ledgers.Difference difference = ledgers.after(this.options.settle());
		Proof proof = prove(keys, outcomes, difference);
		Report.of(outcomes, proof).forEach(this::say);
		failures.addAll(proof.failures());
		failures.forEach((failure) -> say("FAILED: " + failure));
		if (failures.isEmpty()) {
			say("PASSED: all that was accepted is accounted for");
		}
		Path output = this.options.output();
		if (output != null) {
			Report.write(output, this.result, stretch);
		}
		return failures.isEmpty() ? 0 : 1;
	}

	private Stretch offer(Load load, List<String> failures) {
		if (this.options.mode() == LoadOptions.Mode.FIND_KNEE) {
			Knee.Found knee = new Knee(load, this.options, this::say).find(this.options.rate());
			say((knee.rate() > 0) ? "knee=" + knee.rate() : "knee=none: the p99 breaks at the first rate already");
			return knee.stretch();
		}
		if (this.options.mode() == LoadOptions.Mode.CLOSED) {
			return load.closed(this.options.duration(), this.out);
		}
		Stretch stretch = load.atRate(this.options.rate(), this.options.duration(), this.out);
		if (stretch.isTooSlow()) {
			failures.add(String.format(Locale.ROOT,
					"The achieved rate of %.1f/s is under 99 %% of the offered %.1f/s: no connection was free",
					stretch.sentRate(), stretch.offeredRate()));
		}
		return stretch;
	}

	private Proof prove(Keys keys, OutcomeList outcomes, Ledgers.Difference difference) {
		if (this.options.journals().isEmpty()) {
			return Proof.byLedger(outcomes, difference);
		}
		try {
			return Proof.byJournals(outcomes, Journals.read(this.options.journals(), keys, outcomes), difference);
		}
		catch (IOException ex) {
			throw NotPossibleException.unreachable("A journal cannot be read: " + ex.getMessage());
		}
	}

	private void say(String line) {
		this.result.add(line);
		this.out.accept(line);
	}

}
