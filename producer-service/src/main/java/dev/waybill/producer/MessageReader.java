package dev.waybill.producer;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * Reads one message from a request, or says which rule it breaks.
 * <p>
 * What gets past here cannot make {@code basicPublish} throw: an exception out of it
 * before the wire would cost a whole channel. Long because each rule names what is wrong
 * and what is allowed.
 */
final class MessageReader {

	static final String IDEMPOTENCY_KEY = "Idempotency-Key";

	static final int LONGEST_KEY = 200;

	/** An AMQP short string holds 255 bytes. */
	private static final int LONGEST_HEADER = 255;

	/** So much room a body takes before its first byte. */
	private static final int BLOCK = 8 * 1024;

	/** The size of the body bounds the rest; depth costs memory of its own. */
	private static final JsonFactory JSON = JsonFactory.builder()
		.streamReadConstraints(StreamReadConstraints.builder()
			.maxNumberLength(Integer.MAX_VALUE)
			.maxStringLength(Integer.MAX_VALUE)
			.maxNameLength(Integer.MAX_VALUE)
			.build())
		.build();

	/** Where the parser believes an object to begin, which it does not know. */
	private static final Pattern BEGINNING = Pattern.compile(" \\((start marker at|for \\w+ starting at) \\[Source: .*",
			Pattern.DOTALL);

	private final int maxSize;

	private final Duration timeLimit;

	MessageReader(PublishSettings settings) {
		this.maxSize = (int) settings.maxMessageSize().toBytes();
		this.timeLimit = settings.timeLimit();
	}

	/**
	 * The client's key.
	 * @return the key, or null where there is none
	 * @throws RefusedException where it breaks a rule
	 */
	@Nullable String key(HttpServletRequest request) {
		List<String> keys = Collections.list(request.getHeaders(IDEMPOTENCY_KEY));
		if (keys.isEmpty()) {
			return null;
		}
		if (keys.size() > 1) {
			throw malformed("There are " + keys.size() + " Idempotency-Key headers; one is allowed", null);
		}
		String key = keys.get(0).strip();
		boolean quoted = key.length() >= 2 && key.startsWith("\"") && key.endsWith("\"");
		if (quoted) {
			key = key.substring(1, key.length() - 1);
		}
		if (key.isEmpty() || key.length() > LONGEST_KEY || !key.chars().allMatch((c) -> c > ' ' && c < 0x7f)
				|| (quoted && (key.indexOf('"') >= 0 || key.indexOf('\\') >= 0))) {
			throw malformed("The Idempotency-Key has " + key.length() + " characters; allowed are 1 to " + LONGEST_KEY
					+ " visible ASCII characters, in double quotes or not", null);
		}
		return key;
	}

	/**
	 * Reads and checks the message.
	 * @param request the request, of which no byte has been read
	 * @param key the client's key, or null
	 * @param room where the bytes of the body are taken, each before it is read
	 * @throws RefusedException where it breaks a rule, does not come to its end, or there
	 * is no room
	 */
	IncomingMessage read(HttpServletRequest request, @Nullable String key, ByteBudget.Part room) {
		if (request.getContentLengthLong() > this.maxSize) {
			throw tooLarge(key);
		}
		String contentType = header(request.getContentType(), HttpHeaders.CONTENT_TYPE, key);
		String encodings = String.join(", ", Collections.list(request.getHeaders(HttpHeaders.CONTENT_ENCODING)));
		String contentEncoding = header(encodings, HttpHeaders.CONTENT_ENCODING, key);
		boolean json = contentEncoding == null && isJson(contentType, key);
		byte[] body = body(request, key, room);
		if (json) {
			checkJson(body, key);
		}
		return new IncomingMessage((key != null) ? key : MessageIds.next(), key != null, contentType, contentEncoding,
				body);
	}

	/**
	 * The message that is a line of a batch.
	 * @param line its body, which must be JSON
	 * @param key the client's key for this line, or null
	 * @throws RefusedException where it is not
	 */
	IncomingMessage line(byte[] line, @Nullable String key) {
		checkJson(line, key);
		return new IncomingMessage((key != null) ? key : MessageIds.next(), key != null,
				MediaType.APPLICATION_JSON_VALUE, null, line);
	}

	private byte[] body(HttpServletRequest request, @Nullable String key, ByteBudget.Part room) {
		try {
			return body(request.getInputStream(), request.getContentLength(), key, room);
		}
		catch (IOException ex) {
			// The client is gone or slow, or its chunks are wrong: nothing was published.
			throw malformed("The body could not be read to its end: " + ex.getMessage(), key);
		}
	}

	/**
	 * Takes no more room than twice what has come, whatever the length says: many slow
	 * bodies would take that of all others.
	 */
	private byte[] body(InputStream in, int declared, @Nullable String key, ByteBudget.Part room) throws IOException {
		long end = System.nanoTime() + this.timeLimit.toNanos();
		int most = (declared >= 0) ? declared : this.maxSize + 1;
		byte[] body = new byte[0];
		int size = 0;
		while (size < most) {
			if (size == body.length) {
				int larger = (int) Math.min(most, Math.max(BLOCK, 2L * size));
				take(Math.min(larger, this.maxSize) - size, key, room);
				body = Arrays.copyOf(body, larger);
			}
			int count = in.read(body, size, body.length - size);
			if (count < 0) {
				if (declared >= 0) {
					throw malformed("The body ended after " + size + " of " + declared + " bytes", key);
				}
				return Arrays.copyOf(body, size);
			}
			size += count;
			if (size < most && System.nanoTime() - end > 0) {
				throw new RefusedException(Reason.TOO_SLOW, "After " + this.timeLimit.toMillis() + " ms " + size
						+ " bytes of the body had come; it may take no longer", key);
			}
		}
		if (size > this.maxSize) {
			throw tooLarge(key);
		}
		return body;
	}

	private static void take(int bytes, @Nullable String key, ByteBudget.Part room) {
		if (!room.tryTake(bytes)) {
			throw new RefusedException(Reason.OVERLOADED, Reason.OVERLOADED.detail(), key);
		}
	}

	private static @Nullable String header(@Nullable String value, String name, @Nullable String key) {
		if (value != null
				&& (value.length() > LONGEST_HEADER || !value.chars().allMatch((c) -> c >= ' ' && c < 0x7f))) {
			throw malformed(name + " has " + value.length() + " characters; allowed are up to " + LONGEST_HEADER
					+ " ASCII characters", key);
		}
		return (value == null || value.isBlank()) ? null : value;
	}

	private static boolean isJson(@Nullable String contentType, @Nullable String key) {
		if (contentType == null) {
			return false;
		}
		try {
			// Without its parameters, of which a charset may be one that Java does not
			// know.
			MediaType type = MediaType.parseMediaType(contentType.split(";", 2)[0]);
			return type.getSubtype().equals("json") || type.getSubtype().endsWith("+json");
		}
		catch (InvalidMediaTypeException ex) {
			throw new RefusedException(Reason.UNSUPPORTED_MEDIA_TYPE,
					"The Content-Type '" + contentType + "' is no media type; allowed is any type/subtype", key);
		}
	}

	private static void checkJson(byte[] body, @Nullable String key) {
		try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
			if (parser.nextToken() == null) {
				throw malformed("The body is empty, which is not JSON", key);
			}
			parser.skipChildren();
			// A value may be left unread until the next token is asked for.
			if (parser.nextToken() != null) {
				TokenStreamLocation where = parser.currentTokenLocation();
				throw malformed("The body goes on after its JSON value, at line " + where.getLineNr() + ", column "
						+ where.getColumnNr(), key);
			}
		}
		catch (StreamConstraintsException ex) {
			throw malformed("The body's JSON is nested deeper than " + StreamReadConstraints.DEFAULT_MAX_DEPTH
					+ " levels, which is the most that is read", key);
		}
		catch (JacksonException ex) {
			TokenStreamLocation where = ex.getLocation();
			String place = (where != null) ? " at line " + where.getLineNr() + ", column " + where.getColumnNr() : "";
			String what = BEGINNING.matcher(ex.getOriginalMessage()).replaceFirst("");
			throw malformed("The body is not JSON" + place + ": " + what, key);
		}
	}

	private RefusedException tooLarge(@Nullable String key) {
		return new RefusedException(Reason.TOO_LARGE, "The body is larger than " + this.maxSize + " bytes", key);
	}

	private static RefusedException malformed(String detail, @Nullable String key) {
		return new RefusedException(Reason.MALFORMED, detail, key);
	}

}
