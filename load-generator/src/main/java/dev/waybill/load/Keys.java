package dev.waybill.load;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Decides the ids of the messages of one run, so that a number is enough to keep of each:
 * message {@code n} is line {@code n % batch} of request {@code n / batch}.
 */
final class Keys {

	private final String prefix;

	private final int batch;

	/**
	 * Those of a run.
	 * @param prefix what all begin with
	 * @param batch lines of a batch, or 0 for single messages
	 */
	Keys(String prefix, int batch) {
		this.prefix = prefix;
		this.batch = batch;
	}

	/** Those of a new run, which no other shares. */
	static Keys random(int batch) {
		return new Keys("load-%016x-".formatted(ThreadLocalRandom.current().nextLong()), batch);
	}

	String prefix() {
		return this.prefix;
	}

	/** The Idempotency-Key of a request. */
	String ofRequest(long request) {
		return this.prefix + request;
	}

	/** The id of a message: the request's key, and in a batch the line's index too. */
	String ofMessage(long number) {
		return (this.batch == 0) ? this.prefix + number : this.prefix + number / this.batch + "/" + number % this.batch;
	}

	boolean isOurs(String id) {
		return id.startsWith(this.prefix);
	}

	/** The number of the message with this id, or -1 where no message has it. */
	long numberOf(String id) {
		if (!isOurs(id)) {
			return -1;
		}
		int end = (this.batch == 0) ? id.length() : id.indexOf('/', this.prefix.length());
		long request = number(id, this.prefix.length(), end);
		if (this.batch == 0 || request < 0) {
			return request;
		}
		long line = number(id, end + 1, id.length());
		return (line < 0 || line >= this.batch) ? -1 : request * this.batch + line;
	}

	private static long number(String id, int from, int to) {
		if (to <= from || to - from > 12 || (id.charAt(from) == '0' && to - from > 1)) {
			return -1;
		}
		long number = 0;
		for (int i = from; i < to; i++) {
			int digit = id.charAt(i) - '0';
			if (digit < 0 || digit > 9) {
				return -1;
			}
			number = 10 * number + digit;
		}
		return number;
	}

}
