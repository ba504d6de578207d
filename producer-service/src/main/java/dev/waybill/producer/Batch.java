package dev.waybill.producer;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** What became of each line of a batch; knows when all are settled. */
final class Batch {

	private final Runnable settled;

	private final List<@Nullable Line> lines = new ArrayList<>();

	private int open;

	private boolean complete;

	/**
	 * Begins with no line.
	 * @param settled run once, when it is complete and every line is settled, by the
	 * thread that settles the last
	 */
	Batch(Runnable settled) {
		this.settled = settled;
	}

	/** Adds a line whose outcome is not known yet, and gives its index. */
	synchronized int add() {
		this.lines.add(null);
		this.open++;
		return this.lines.size() - 1;
	}

	/** How many lines there are. */
	synchronized int size() {
		return this.lines.size();
	}

	void settle(int index, Line line) {
		boolean last;
		synchronized (this) {
			this.lines.set(index, line);
			this.open--;
			last = this.complete && this.open == 0;
		}
		if (last) {
			this.settled.run();
		}
	}

	/** No line will be added. */
	void complete() {
		boolean last;
		synchronized (this) {
			this.complete = true;
			last = this.open == 0;
		}
		if (last) {
			this.settled.run();
		}
	}

	synchronized boolean isAccepted() {
		return this.lines.stream().allMatch((line) -> line != null && line.settlement().outcome() == Outcome.ACCEPTED);
	}

	/** A line for each; one that is not settled after all is unknown. */
	synchronized String text() {
		StringBuilder text = new StringBuilder(128 * this.lines.size());
		for (int i = 0; i < this.lines.size(); i++) {
			Line line = this.lines.get(i);
			text.append("{\"index\":").append(i);
			if (line == null) {
				append(text, Settlement.of(Reason.INTERNAL_ERROR));
			}
			else {
				text.append(",\"messageId\":").append(Answers.quoted(line.messageId()));
				append(text, line.settlement());
				if (line.detail() != null) {
					text.append(",\"detail\":").append(Answers.quoted(line.detail()));
				}
				if (line.replayed()) {
					text.append(",\"replayed\":true");
				}
			}
			text.append("}\n");
		}
		return text.toString();
	}

	private static void append(StringBuilder text, Settlement settlement) {
		text.append(",\"outcome\":\"").append(settlement.outcome().text()).append('"');
		if (settlement.reason() != null) {
			text.append(",\"reason\":\"").append(settlement.reason().text()).append('"');
		}
	}

	/**
	 * What became of a line.
	 *
	 * @param messageId its id
	 * @param settlement its outcome
	 * @param replayed whether it is the answer of an earlier request
	 * @param detail what is wrong with it, for the client, or null
	 */
	record Line(String messageId, Settlement settlement, boolean replayed, @Nullable String detail) {
	}

}
