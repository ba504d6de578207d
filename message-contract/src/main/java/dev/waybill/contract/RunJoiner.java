package dev.waybill.contract;

/** Joins runs that touch each other before it shows them, until it is told to stop. */
final class RunJoiner {

	private final SequenceRuns.Visitor visitor;

	/** 0 while there is none. */
	private long first;

	private long last;

	private boolean stopped;

	RunJoiner(SequenceRuns.Visitor visitor) {
		this.visitor = visitor;
	}

	boolean goesOn() {
		return !this.stopped;
	}

	/** Takes the next run, which begins after the one before. */
	void run(long from, long to) {
		if (this.first == 0 || from > this.last + 1) {
			end();
			this.first = from;
		}
		this.last = to;
	}

	/** Shows what is left. */
	void end() {
		if (this.first != 0 && !this.stopped) {
			this.stopped = !this.visitor.run(this.first, this.last);
		}
	}

}
