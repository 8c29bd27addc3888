package io.github.elevenspring.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.leak.LeakWatch;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.reactive.ReactorClientHttpConnectorBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The client that is auto-configured hangs up when a caller leaves in the very moment in
 * which the answer arrives.
 */
@ExtendWith(LeakWatch.class)
class CancelWiringTests {

	@Test
	void hangsUpWhenTheCallerLeavesWhileTheAnswerArrives() {
		Flux<byte[]> endless = Flux.generate((sink) -> sink.next(new byte[8 * 1024]));
		try (LoopbackServer server = LoopbackServer.answering((request, response) -> request.receive()
			.then()
			.then(response.header("Content-Type", "audio/mpeg").sendByteArray(endless).then()))) {
			new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(HttpClientAutoConfiguration.class,
						ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
						ElevenLabsClientAutoConfiguration.class, ElevenLabsAutoConfiguration.class))
				.withUserConfiguration(Leaving.class)
				.withPropertyValues("elevenlabs.api-key=k", "elevenlabs.defaults.voice-id=v",
						"elevenlabs.base-url=" + server.uri())
				.run((context) -> {
					Leaving leaving = context.getBean(Leaving.class);
					leaving.caller.set(context.getBean(ElevenLabsTemplate.class)
						.speech()
						.stream(SpeechRequest.of("Hello"))
						.subscribe());
					await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
						assertThat(leaving.opened).hasPositiveValue();
						assertThat(leaving.open).hasValue(0);
					});
				});
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Leaving {

		private final AtomicReference<Disposable> caller = new AtomicReference<>();

		private final AtomicInteger opened = new AtomicInteger();

		private final AtomicInteger open = new AtomicInteger();

		@Bean
		ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder> leave() {
			return (builder) -> builder.withHttpClientCustomizer(this::watched);
		}

		private HttpClient watched(HttpClient http) {
			return http.doOnConnected((connection) -> {
				this.opened.incrementAndGet();
				this.open.incrementAndGet();
				connection.channel().closeFuture().addListener((closed) -> this.open.decrementAndGet());
			}).mapConnect((connection) -> connection.doOnNext((ready) -> {
				CompletableFuture<Void> left = CompletableFuture.runAsync(this::dispose);
				// an event loop must not block
				while (!left.isDone()) {
				}
			}));
		}

		private void dispose() {
			Disposable caller = this.caller.get();
			while (caller == null) {
				caller = this.caller.get();
			}
			caller.dispose();
		}

	}

}
