package dev.waybill.producer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;

import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;

/** Shows people what the type of a problem means, at the address that the type is. */
@RestController
class ProblemPages {

	static final String PATH = "/problems";

	private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);

	private static final String STYLE = "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}"
			+ "dt{font-weight:bold;margin-top:1rem}dd{margin:0}code{font-size:1rem}";

	/**
	 * Nothing is loaded, run, framed or sent from here; the one style is known by its
	 * hash.
	 */
	private static final String POLICY = "default-src 'none'; style-src 'sha256-" + sha256(STYLE)
			+ "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	@GetMapping(path = PATH, produces = MediaType.TEXT_HTML_VALUE)
	ResponseEntity<String> all() {
		String rows = Arrays.stream(Reason.values()).map(ProblemText::of).map((text) -> """
				<dt><a href="problems/%s"><code>%1$s</code></a></dt>
				<dd>%s</dd>
				""".formatted(text.reason().text(), escaped(text.reason().detail()))).collect(Collectors.joining());
		return page("Problems", """
				<p>Why a message was not accepted, as the <code>reason</code> of an answer says it.</p>
				<dl>
				%s</dl>
				""".formatted(rows));
	}

	@GetMapping(path = PATH + "/{reason}", produces = MediaType.TEXT_HTML_VALUE)
	ResponseEntity<?> one(@PathVariable("reason") String name) {
		for (Reason reason : Reason.values()) {
			if (reason.text().equals(name)) {
				return page(name, body(ProblemText.of(reason)));
			}
		}
		return Problems.of(Settlement.of(Reason.NOT_FOUND), Reason.NOT_FOUND, Reason.NOT_FOUND.detail(), null);
	}

	private static String body(ProblemText text) {
		Reason reason = text.reason();
		return """
				<p>%s</p>
				<dl>
				<dt>What it means</dt>
				<dd>%s</dd>
				<dt>Send again?</dt>
				<dd><strong>%s</strong> %s</dd>
				<dt>Status</dt>
				<dd>%d %s</dd>
				<dt>Outcome</dt>
				<dd>%s</dd>
				</dl>
				<p><a href="../problems">All problems</a></p>
				""".formatted(escaped(reason.detail()), escaped(text.meaning()), escaped(text.again()),
				escaped(text.how()), reason.status().value(), escaped(reason.status().getReasonPhrase()),
				escaped(text.truth()));
	}

	private static ResponseEntity<String> page(String title, String body) {
		return ResponseEntity.ok()
			.contentType(HTML)
			.header("Content-Security-Policy", POLICY)
			.header("X-Content-Type-Options", "nosniff")
			.body("""
					<!DOCTYPE html>
					<html lang="en">
					<head>
					<meta charset="utf-8">
					<meta name="viewport" content="width=device-width, initial-scale=1">
					<meta name="color-scheme" content="light dark">
					<title>%s - Waybill</title>
					<style>%s</style>
					</head>
					<body>
					<h1>%1$s</h1>
					%s</body>
					</html>
					""".formatted(title, STYLE, body));
	}

	private static String escaped(String text) {
		return HtmlUtils.htmlEscape(text, StandardCharsets.UTF_8.name());
	}

	private static String sha256(String text) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
			return Base64.getEncoder().encodeToString(hash);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex); // every Java has it
		}
	}

}
