package dev.waybill.consumer;

import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the default processor does.
 *
 * @param workTime how long it takes for each message, to simulate work
 * @param journal the file that it appends the id of each message to, a line each; nothing
 * where not set
 */
@ConfigurationProperties("waybill.processor")
record ProcessorSettings(@DefaultValue("0s") Duration workTime, @Nullable Path journal) {

	ProcessorSettings {
		Allowed.between("waybill.processor.work-time", workTime, Duration.ZERO, Duration.ofHours(1));
	}

}
