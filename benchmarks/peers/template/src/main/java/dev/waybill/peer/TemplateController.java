package dev.waybill.peer;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import tools.jackson.databind.ObjectMapper;

import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageBuilder;
import org.springframework.amqp.core.MessageDeliveryMode;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Publishes each body by the template, and waits for its confirm. */
@RestController
class TemplateController {

	private final RabbitTemplate template;

	private final ObjectMapper json;

	TemplateController(RabbitTemplate template, ObjectMapper json) {
		this.template = template;
		this.json = json;
	}

	@PostMapping("/messages")
	ResponseEntity<Map<String, String>> post(@RequestBody byte[] body) throws Exception {
		this.json.readTree(body);
		String id = UUID.randomUUID().toString();
		Message message = MessageBuilder.withBody(body)
			.setMessageId(id)
			.setContentType("application/json")
			.setDeliveryMode(MessageDeliveryMode.PERSISTENT)
			.build();
		CorrelationData correlation = new CorrelationData(id);
		this.template.send("", "hello", message, correlation);
		boolean stored = correlation.getFuture().get(5, TimeUnit.SECONDS).ack() && correlation.getReturned() == null;
		return ResponseEntity.status(stored ? 202 : 503).body(Map.of("messageId", id));
	}

}
