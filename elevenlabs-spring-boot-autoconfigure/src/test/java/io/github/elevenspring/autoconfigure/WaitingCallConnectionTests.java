package io.github.elevenspring.autoconfigure;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A call that waited for a slot takes over the connection of the call that left it: there
 * are never more connections than slots.
 */
class WaitingCallConnectionTests {

	@ParameterizedTest
	@ValueSource(ints = { 1, 3 })
	void thereAreNoMoreConnectionsThanSlots(int slots) {
		Set<Object> connections = ConcurrentHashMap.newKeySet();
		try (LoopbackServer server = LoopbackServer
			.start((http) -> http.doOnConnection((connection) -> connections.add(connection.channel()))
				.handle((request, response) -> response.header("Content-Type", "audio/mpeg")
					.sendByteArray(Flux.range(0, 4).map((part) -> new byte[4096]))))) {
			new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
						WebClientAutoConfiguration.class, ElevenLabsClientAutoConfiguration.class,
						ElevenLabsAutoConfiguration.class, ElevenLabsLimiterAutoConfiguration.class))
				.withPropertyValues("elevenlabs.api-key=k", "elevenlabs.defaults.voice-id=v",
						"elevenlabs.limiter.limits.standard=" + slots, "elevenlabs.base-url=" + server.uri())
				.run((context) -> {
					ElevenLabsTemplate template = context.getBean(ElevenLabsTemplate.class);
					Long answered = Flux.range(0, 100)
						.flatMap((i) -> template.speech().convert(SpeechRequest.of("Sentence " + i)), 100)
						.count()
						.block(Duration.ofSeconds(20));
					assertThat(answered).isEqualTo(100);
				});
			assertThat(connections).hasSizeBetween(1, slots);
		}
	}

}
