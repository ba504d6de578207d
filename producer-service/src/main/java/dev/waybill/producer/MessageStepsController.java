package dev.waybill.producer;

import java.util.List;

import dev.waybill.producer.MessageSteps.Published;
import dev.waybill.producer.ledger.DeliveryLedger;

import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Tells what has become of a message that was published lately. */
@RestController
class MessageStepsController {

	private final RecentMessages recent;

	private final DeliveryLedger ledger;

	private final String instance;

	MessageStepsController(RecentMessages recent, DeliveryLedger ledger, ProducerInstance instance) {
		this.recent = recent;
		this.ledger = ledger;
		this.instance = instance.name();
	}

	@GetMapping(path = "/messages/{id}",
			produces = { MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE })
	ResponseEntity<Object> get(@PathVariable String id) {
		List<Published> copies = this.recent.find(id)
			.stream()
			.map((copy) -> Published.of(copy, this.ledger.stateOf(copy.source(), copy.sequence())))
			.toList();
		if (copies.isEmpty()) {
			// It may be stored all the same: accepted long ago, or by another instance.
			return Problems.of(new Settlement(Outcome.UNKNOWN, Reason.NOT_FOUND), Reason.NOT_FOUND,
					"None of the last messages that this instance published has this id.", id);
		}
		return ResponseEntity.ok(new MessageSteps(id, this.instance, copies));
	}

}
