package io.github.elevenspring.test;

import java.time.Duration;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.github.elevenspring.test.junit.EnableElevenLabsSimulator;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Audio whose time is over, from the cache and with all other stages in the line.
 */
@SpringBootTest(classes = StaleFallbackTests.Application.class,
		properties = { "elevenlabs.fallback.chain=stale-cache", "elevenlabs.cache.ttl=1ms" })
@EnableElevenLabsSimulator
class StaleFallbackTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

	@Test
	void saysAgainWhatItSaidBeforeAndNothingElse(@Autowired ElevenLabsTemplate elevenLabs,
			ElevenLabsSimulator simulator) {
		SpeechRequest request = SpeechRequest.of("Hello there.").voice(simulator.voiceIds().get(0));
		Speech fresh = elevenLabs.speech().convert(request).block(LONG_ENOUGH);
		assertThat(fresh.delivery().isDegraded()).isFalse();
		simulator.stop();
		try {
			Speech stale = elevenLabs.speech().convert(request).block(LONG_ENOUGH);
			assertThat(stale.audio()).isEqualTo(fresh.audio());
			assertThat(stale.delivery().cache()).isEqualTo(CacheResult.HIT);
			assertThat(stale.delivery().degradation().kind()).isEqualTo(Degradation.Kind.STALE_CACHE);
			StepVerifier.create(elevenLabs.speech().convert(request.mutate().text("Something else.").build()))
				.expectErrorSatisfies((error) -> assertThat(((ElevenLabsException) error).getKind())
					.isIn(ErrorKind.NETWORK, ErrorKind.BREAKER_OPEN))
				.verify(LONG_ENOUGH);
		}
		finally {
			simulator.start();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
