package io.github.elevenspring.client;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.leak.LeakWatch;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.SpeechOperations;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that follow one another, as the sentences of a text do: each finds the connection
 * of the one before it free, whatever the form in which it is made, and opens none of its
 * own.
 */
@ExtendWith(LeakWatch.class)
class ConnectionReuseTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private static final int CALLS = 50;

	private final Set<Object> connections = ConcurrentHashMap.newKeySet();

	private final LoopbackServer server = LoopbackServer
		.start((http) -> http.doOnConnection((connection) -> this.connections.add(connection.channel()))
			.handle((request, response) -> {
				if (request.path().contains("broken")) {
					return response.status(500).sendString(Mono.just("{\"detail\":\"no\"}"));
				}
				return response.header("Content-Type", "audio/mpeg")
					.sendByteArray(Flux.range(0, 8).map((part) -> new byte[4096]));
			}));

	private final SpeechOperations speech = Wire.to(this.server.uri()).template().speech();

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void aStreamThatFollowsAnotherTakesItsConnection() {
		Flux<byte[]> sentences = Flux.range(0, CALLS)
			.concatMap((i) -> this.speech.stream(SpeechRequest.of("Sentence " + i)));
		assertThat(sentences.map((part) -> part.length).reduce(0, Integer::sum).block(LONG_ENOUGH))
			.isEqualTo(CALLS * 8 * 4096);
		assertThat(this.connections).hasSize(1);
	}

	@Test
	void aWholeSpeechThatFollowsAnotherTakesItsConnection() {
		assertThat(Flux.range(0, CALLS)
			.concatMap((i) -> this.speech.convert(SpeechRequest.of("Sentence " + i)))
			.count()
			.block(LONG_ENOUGH)).isEqualTo(CALLS);
		assertThat(this.connections).hasSize(1);
	}

	@Test
	void aCallThatFollowsAnErrorOfTheServiceTakesItsConnection() {
		assertThat(Flux.range(0, CALLS)
			.concatMap((i) -> this.speech.convert(SpeechRequest.of("Sentence " + i).voice("broken"))
				.then(Mono.just(0))
				.onErrorReturn(ElevenLabsApiException.class, 1))
			.reduce(0, Integer::sum)
			.block(LONG_ENOUGH)).isEqualTo(CALLS);
		assertThat(this.connections).hasSize(1);
	}

}
