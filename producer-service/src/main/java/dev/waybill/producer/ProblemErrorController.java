package dev.waybill.producer;

import java.net.URI;
import java.nio.charset.StandardCharsets;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Words as a problem what failed outside of Spring MVC's handlers. */
@RestController
@Hidden // nobody asks for it
class ProblemErrorController implements ErrorController {

	@RequestMapping("${spring.web.error.path:${error.path:/error}}")
	ResponseEntity<Object> error(HttpServletRequest request) {
		if (request.getAttribute(BatchServlet.ANSWER) instanceof Batch batch) {
			// Its body broke off; what came before is published all the same.
			return ResponseEntity.status(batch.status())
				.contentType(MediaType.APPLICATION_NDJSON)
				.body(batch.text().getBytes(StandardCharsets.UTF_8));
		}
		Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
		int status = (code instanceof Integer given) ? given : 404;
		Reason reason = Problems.reasonOf(status);
		ProblemDetail problem = Problems.detail(reason.outcome(), reason, reason.detail(), null);
		problem.setStatus(status);
		if (request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String path) {
			problem.setInstance(URI.create(path));
		}
		return ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON).body(problem);
	}

}
