package dev.waybill.producer;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import dev.waybill.contract.Waybill;
import dev.waybill.producer.ledger.DeliveryLedger.NumberState;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a message, step by step.
 *
 * @param messageId the message
 * @param instance the producer
 * @param copies each publish of it, the first one first
 */
record MessageSteps(String messageId, String instance, List<Published> copies) {

	/**
	 * One publish.
	 *
	 * @param source who numbered it, 16 hex digits
	 * @param sequence its number
	 * @param state where it stands in the ledger; null where that has forgotten it
	 * @param steps what happened, and when
	 */
	record Published(String source, long sequence, @Nullable String state, List<Step> steps) {

		static Published of(Copy copy, @Nullable NumberState state) {
			List<Step> steps = new ArrayList<>();
			steps.add(Step.of("taken-in", copy.acceptedAt(), "producer"));
			steps.add(Step.of("published", copy.publishedAt(), "producer"));
			Copy.Word word = copy.word();
			if (word != null) {
				steps.add(Step.of(word.text(), copy.wordAt(), "producer"));
			}
			Copy.Ending ending = copy.ending();
			if (ending != null) {
				String end = (state == NumberState.DEAD_LETTERED) ? "dead-lettered" : "processed";
				steps.add(Step.of("received", ending.receivedAt(), "consumer"));
				steps.add(Step.of(end, ending.endedAt(), "consumer"));
				steps.add(Step.of("accounted", ending.accountedAt(), "producer"));
			}
			return new Published(Waybill.sourceText(copy.source()), copy.sequence(),
					(state != null) ? state.text() : null, steps);
		}

	}

	/**
	 * Something that happened.
	 *
	 * @param step what
	 * @param at when
	 * @param clock whose clock says so: {@code producer} or {@code consumer}
	 */
	record Step(String step, String at, String clock) {

		static Step of(String step, long micros, String clock) {
			return new Step(step, Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString(), clock);
		}

	}

}
