package io.github.elevenspring.client;

import java.net.URI;
import java.time.Duration;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application adds to requests may fail, which is no fault of the service: it
 * must not be repeated, counted by a breaker or answered by a fallback.
 */
class RequestAssemblyTests {

	@Test
	void anErrorOfTheApplicationIsPassedOnAsItIs() {
		WebClient http = WebClient.builder().defaultRequest((request) -> {
			throw new IllegalStateException("a bug of the application");
		}).build();
		ElevenLabsClient client = new ElevenLabsClient(http, () -> URI.create("http://127.0.0.1:1"), () -> "key",
				new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5)), Schedulers.parallel());
		StepVerifier.create(client.proceed(new Call(Operation.SPEECH_STREAM, SpeechRequest.of("Hello").voice("voice"))))
			.expectErrorSatisfies((error) -> assertThat(error).isInstanceOf(IllegalStateException.class)
				.hasMessage("a bug of the application"))
			.verify(Duration.ofSeconds(10));
	}

}
