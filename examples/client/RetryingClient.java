import java.io.IOException;
import java.net.URI;
import java.net.http.*;
import java.time.Duration;
import java.util.UUID;

/** Sends one message until it is accepted: java RetryingClient.java http://127.0.0.1:8080/messages '{"n":1}' */
public class RetryingClient {

	public static void main(String[] arguments) throws InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0])).timeout(Duration.ofSeconds(15))
			.headers("Content-Type", "application/json", "Idempotency-Key", UUID.randomUUID().toString()) // for all attempts
			.POST(HttpRequest.BodyPublishers.ofString(arguments[1])).build();
		for (long attempt = 0, pause = 200; attempt < 60; attempt++, pause = Math.min(2 * pause, 10_000)) {
			long wait = pause;
			try {
				HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
				System.out.println(answer.statusCode() + " " + answer.body());
				if (answer.statusCode() == 202) {
					System.exit(0);
				}
				wait = Math.max(wait, answer.headers().firstValueAsLong("Retry-After").orElse(0) * 1000);
				if (answer.body().contains("\"outcome\":\"rejected\"") && answer.headers().firstValue("Retry-After").isEmpty()) {
					System.exit(1); // a mistake that stays one
				}
			}
			catch (IOException ex) {
				System.out.println("no answer: " + ex); // it may be stored: the same again
			}
			Thread.sleep(wait + (long) (Math.random() * wait / 2));
		}
		System.exit(2);
	}

}
