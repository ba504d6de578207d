package dev.waybill.consumer;

import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.waybill.contract.Receipt;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;

/**
 * Decides the numbers of receipts: without holes for each producer, under a random number
 * of this consumer's life. Used by one thread.
 */
final class LetterNumbers {

	/** Where more are named, somebody makes them up; a new sender begins anew. */
	private static final int MAX_OWNERS = 10_000;

	private final SecureRandom random = new SecureRandom();

	private final Map<String, Long> numbers = new HashMap<>();

	private long sender = this.random.nextLong();

	private long letters;

	Letter letter(String owner, List<Run> runs, List<Long> markers, List<Reading> readings, boolean excusable,
			Runnable then) {
		if (this.numbers.size() >= MAX_OWNERS && !this.numbers.containsKey(owner)) {
			this.numbers.clear();
			this.sender = this.random.nextLong();
		}
		long number = this.numbers.merge(owner, 1L, Long::sum);
		return new Letter(++this.letters, owner, new Receipt(this.sender, number, runs, markers, readings), excusable,
				then);
	}

}
