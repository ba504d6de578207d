package dev.waybill.consumer;

import java.io.FileWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The processor where a user has none: logs each message, and keeps a journal of the ids
 * if told to.
 */
final class DefaultProcessor implements MessageProcessor, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(DefaultProcessor.class);

	private final long workMillis;

	private final @Nullable Writer journal;

	DefaultProcessor(ProcessorSettings settings) {
		this.workMillis = settings.workTime().toMillis();
		Path path = settings.journal();
		this.journal = (path != null) ? open(path) : null;
	}

	/**
	 * Not by {@code Files}: an interrupt in the middle of a write would close such a file
	 * for good.
	 */
	private static Writer open(Path path) {
		try {
			return new FileWriter(path.toFile(), StandardCharsets.UTF_8, true);
		}
		catch (IOException ex) {
			throw new InvalidConfigurationPropertyValueException("waybill.processor.journal", path,
					"It cannot be written: " + ex.getMessage() + ".");
		}
	}

	@Override
	public void process(ReceivedMessage message) throws IOException, InterruptedException {
		if (this.workMillis > 0) {
			Thread.sleep(this.workMillis);
		}
		String id = (message.messageId() != null) ? message.messageId() : "-";
		if (this.journal != null) {
			synchronized (this.journal) {
				this.journal.write(id.replaceAll("\\R", " ") + "\n");
				this.journal.flush();
			}
		}
		logger.info("Processed message {}: {} bytes of {}, attempt {}", id, message.body().length,
				message.contentType(), message.attempt());
	}

	@Override
	public void close() throws IOException {
		if (this.journal != null) {
			this.journal.close();
		}
	}

}
