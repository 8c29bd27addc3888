package io.github.elevenspring.docs;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Holds the page on circuit breakers to the actuator endpoint of Resilience4j, over HTTP
 * and with nothing but the starter.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "elevenlabs.api-key=k", "management.endpoints.web.exposure.include=circuitbreakers" })
class CircuitBreakerEndpointTests {

	private static final Pattern COMMAND = Pattern
		.compile("-d '(?<body>[^']+)' \\\\\\s+http://localhost:8080(?<path>/actuator/circuitbreakers/\\S+)");

	@LocalServerPort
	private int port;

	@Autowired
	private CircuitBreakers breakers;

	@Test
	void theDocumentedCommandClosesABreaker() throws Exception {
		Matcher command = command();
		CircuitBreaker speech = this.breakers.circuitBreaker(CircuitBreakers.SPEECH);
		speech.transitionToForcedOpenState();
		assertThat(post(command.group("path"), command.group("body")).statusCode()).isEqualTo(200);
		assertThat(speech.getState()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@CsvSource({ "FORCE_OPEN, FORCED_OPEN", "DISABLE, DISABLED", "CLOSE, CLOSED" })
	void theEndpointKnowsTheDocumentedStates(String asked, State state) throws Exception {
		Matcher command = command();
		post(command.group("path"), command.group("body").replace("CLOSE", asked));
		assertThat(this.breakers.circuitBreaker(CircuitBreakers.SPEECH).getState()).isEqualTo(state);
	}

	@Test
	void aBreakerThatIsNotThereIsNotFound() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.breakers.circuitBreaker("elevenlabs"))
			.withMessageContaining("'elevenlabs'");
	}

	private HttpResponse<String> post(String path, String body) throws Exception {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path))
				.header("Content-Type", "application/json")
				.POST(BodyPublishers.ofString(body))
				.build(), BodyHandlers.ofString());
	}

	private static Matcher command() throws IOException {
		Matcher command = COMMAND
			.matcher(Files.readString(Path.of("").toAbsolutePath().resolveSibling("docs/resilience.md")));
		assertThat(command.find()).isTrue();
		return command;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
