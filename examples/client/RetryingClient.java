import java.io.IOException;
import java.net.URI;
import java.net.http.*;
import java.time.Duration;
import java.util.UUID;

/** Sends one message until it is accepted: java RetryingClient.java http://127.0.0.1:8080/messages '{"n":1}' */
public class RetryingClient {

	public static void main(String[] arguments) throws InterruptedException {
		HttpClient http = HttpClient.newHttpClient();
		HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0])).timeout(Duration.ofSeconds(15))
			.header("Content-Type", "application/json")
			.header("Idempotency-Key", UUID.randomUUID().toString()) // one key for all attempts
			.POST(HttpRequest.BodyPublishers.ofString(arguments[1])).build();
		for (long attempt = 0, pause = 200; attempt < 60; attempt++, pause = Math.min(2 * pause, 10_000)) {
			try {
				HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
				System.out.println(answer.statusCode() + " " + answer.body());
				int status = answer.statusCode();
				if (status < 500 && status != 409 && status != 429) { // accepted, or a mistake that stays one
					System.exit(status == 202 ? 0 : 1);
				}
				pause = answer.headers().firstValueAsLong("Retry-After").orElse(pause / 1000) * 1000 + pause / 2;
			}
			catch (IOException ex) { // no answer means unknown: the same again
				System.out.println("no answer: " + ex);
			}
			Thread.sleep(pause);
		}
		System.exit(2);
	}

}
