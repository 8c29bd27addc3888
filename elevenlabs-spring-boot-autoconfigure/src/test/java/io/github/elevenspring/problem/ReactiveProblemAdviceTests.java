package io.github.elevenspring.problem;

import java.time.Duration;

import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.StaticMessageSource;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.config.EnableWebFlux;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/**
 * Tests of {@link ReactiveProblemAdvice}.
 */
class ReactiveProblemAdviceTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Test
	void answersInTheLanguageOfTheClient() {
		try (var context = new AnnotationConfigApplicationContext(Application.class)) {
			WebTestClient.bindToApplicationContext(context)
				.build()
				.get()
				.uri("/busy")
				.header("Accept-Language", "de-CH, en;q=0.5")
				.header("Accept", "audio/mpeg")
				.exchange()
				.expectStatus()
				.isEqualTo(503)
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON)
				.expectHeader()
				.valueEquals("Retry-After", "2")
				.expectBody()
				.json("""
						{"title": "Zu viel auf einmal", "status": 503, "kind": "busy", "instance": "/busy",
						 "detail": "ElevenLabs ist überlastet. Versuchen Sie es in 2 Sekunden noch einmal."}""");
		}
	}

	@Test
	void answersInEnglishWhereNoLanguageIsAskedFor() {
		try (var context = new AnnotationConfigApplicationContext(Application.class)) {
			WebTestClient.bindToApplicationContext(context)
				.build()
				.get()
				.uri("/busy")
				.exchange()
				.expectBody()
				.jsonPath("$.title")
				.isEqualTo("Too much at once");
		}
	}

	@Test
	void anAdviceOfTheApplicationWins() {
		try (var context = new AnnotationConfigApplicationContext(OwnAdvice.class, Application.class)) {
			WebTestClient.bindToApplicationContext(context)
				.build()
				.get()
				.uri("/busy")
				.exchange()
				.expectStatus()
				.isEqualTo(OwnAdvice.STATUS);
		}
	}

	@Test
	void breaksTheConnectionOnceAPartIsOnItsWay() {
		try (var context = new AnnotationConfigApplicationContext(Application.class);
				LoopbackServer server = LoopbackServer.answering(
						new ReactorHttpHandlerAdapter(WebHttpHandlerBuilder.applicationContext(context).build()))) {
			StepVerifier.create(
					WebClient.create(server.uri().toString()).get().uri("/broken").retrieve().bodyToFlux(byte[].class))
				.thenConsumeWhile((bytes) -> true)
				.expectErrorMatches((error) -> error.getMessage().contains("prematurely"))
				.verify(PATIENCE);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Speaker.class)
	@EnableWebFlux
	static class Application {

		@Bean
		ReactiveProblemAdvice advice() {
			return new ReactiveProblemAdvice(new ElevenLabsProblems(new StaticMessageSource()));
		}

	}

	@RestController
	static class Speaker {

		@GetMapping("/busy")
		Mono<String> busy() {
			return Mono.error(new ElevenLabsRejectedException(ErrorKind.BUSY, "Busy.", Duration.ofMillis(1500)));
		}

		@GetMapping(path = "/broken", produces = "application/octet-stream")
		Flux<byte[]> broken() {
			return Flux.just(new byte[100_000])
				.concatWith(Mono.delay(Duration.ofMillis(50))
					.then(Mono.error(new ElevenLabsRejectedException(ErrorKind.SERVER, "Broken."))));
		}

	}

}
