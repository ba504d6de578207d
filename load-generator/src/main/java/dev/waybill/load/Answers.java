package dev.waybill.load;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Decides what an answer says of each message of its request: the word {@code outcome}
 * counts, and only in an answer that is a producer's in every other way too.
 */
final class Answers {

	private static final JsonFactory JSON = new JsonFactory();

	private final Keys keys;

	private final int batch;

	private final int messages;

	Answers(Keys keys, int batch) {
		this.keys = keys;
		this.batch = batch;
		this.messages = Math.max(batch, 1);
	}

	/**
	 * Reads an answer.
	 * @param outcomes takes the outcome of each message of the request
	 * @return why the answer, or a part of it, is none of ours; null where all of it is
	 */
	@Nullable String read(long request, int status, @Nullable String contentType, byte[] body, Outcome[] outcomes) {
		Arrays.fill(outcomes, Outcome.UNKNOWN);
		String type = (contentType != null) ? contentType.split(";", 2)[0].strip() : "";
		try {
			if (status >= 400 && type.equals("application/problem+json")) {
				return problem(status, body, outcomes);
			}
			if (this.batch > 0 && (status == 202 || status == 207) && type.equals("application/x-ndjson")) {
				return lines(request, body, outcomes);
			}
			if (this.batch == 0 && status == 202 && type.equals("application/json")) {
				Item item = item(body, 0, body.length);
				if (item.outcome != Outcome.ACCEPTED || !this.keys.ofMessage(request).equals(item.messageId)) {
					return "a 202 without the outcome accepted and the message's own id";
				}
				outcomes[0] = Outcome.ACCEPTED;
				return null;
			}
		}
		catch (JacksonException ex) {
			return "status " + status + " with a body that is not JSON as ours";
		}
		return "status " + status + " as '" + type + "'";
	}

	private static @Nullable String problem(int status, byte[] body, Outcome[] outcomes) {
		Outcome outcome = item(body, 0, body.length).outcome;
		if (outcome == null || outcome == Outcome.ACCEPTED) {
			return "a problem of status " + status + " without the outcome rejected or unknown";
		}
		Arrays.fill(outcomes, outcome);
		return null;
	}

	private @Nullable String lines(long request, byte[] body, Outcome[] outcomes) {
		boolean[] read = new boolean[this.messages];
		String wrong = null;
		int begin = 0;
		for (int i = 0; i < body.length; i++) {
			// What has no line end may have been cut.
			if (body[i] == '\n') {
				String found = line(request, item(body, begin, i - begin), read, outcomes);
				wrong = (wrong != null) ? wrong : found;
				begin = i + 1;
			}
		}
		if (begin < body.length) {
			String found = line(request, item(body, begin, body.length - begin), read, outcomes);
			wrong = (wrong != null) ? wrong : found;
		}
		for (int i = 0; i < this.messages && wrong == null; i++) {
			wrong = read[i] ? null : "a batch's answer without line " + i;
		}
		return wrong;
	}

	private @Nullable String line(long request, Item item, boolean[] read, Outcome[] outcomes) {
		if (item.index < 0 || item.index >= this.messages || item.outcome == null) {
			return "a batch's answer with a line without an index of the batch and an outcome";
		}
		if (!this.keys.ofMessage(request * this.messages + item.index).equals(item.messageId)) {
			return "a batch's answer whose line " + item.index + " has another message's id";
		}
		if (read[item.index]) {
			outcomes[item.index] = Outcome.UNKNOWN;
			return "a batch's answer with line " + item.index + " twice";
		}
		read[item.index] = true;
		outcomes[item.index] = item.outcome;
		return null;
	}

	private static Item item(byte[] body, int offset, int length) {
		Item item = new Item();
		try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body, offset, length)) {
			if (parser.nextToken() != JsonToken.START_OBJECT) {
				return item;
			}
			boolean twice = false;
			for (String name = parser.nextName(); name != null; name = parser.nextName()) {
				JsonToken value = parser.nextToken();
				if (name.equals("outcome") && value == JsonToken.VALUE_STRING) {
					twice |= item.outcome != null;
					item.outcome = Outcome.of(parser.getString());
				}
				else if (name.equals("messageId") && value == JsonToken.VALUE_STRING) {
					twice |= item.messageId != null;
					item.messageId = parser.getString();
				}
				else if (name.equals("index") && value == JsonToken.VALUE_NUMBER_INT) {
					twice |= item.index >= 0;
					item.index = parser.getIntValue();
				}
				else {
					parser.skipChildren();
				}
			}
			boolean complete = parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
			return (complete && !twice) ? item : new Item();
		}
	}

	/** What is read of one JSON object. */
	private static final class Item {

		private int index = -1;

		private @Nullable String messageId;

		private @Nullable Outcome outcome;

	}

}
