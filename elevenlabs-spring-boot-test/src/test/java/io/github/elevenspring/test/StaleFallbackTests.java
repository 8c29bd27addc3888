package io.github.elevenspring.test;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Audio whose time is over, from the cache and with all other stages in the line.
 */
@TestPropertySource(properties = { "elevenlabs.fallback.chain=stale-cache", "elevenlabs.cache.ttl=1ms" })
class StaleFallbackTests extends AbstractSimulatorTests {

	@Test
	void saysAgainWhatItSaidBeforeAndNothingElse() {
		SpeechRequest request = request("Hello there.");
		Speech fresh = this.elevenLabs.speech().convert(request).block(LONG_ENOUGH);
		assertThat(fresh.delivery().isDegraded()).isFalse();
		this.simulator.stop();
		try {
			Speech stale = this.elevenLabs.speech().convert(request).block(LONG_ENOUGH);
			assertThat(stale.audio()).isEqualTo(fresh.audio());
			assertThat(stale.delivery().cache()).isEqualTo(CacheResult.HIT);
			assertThat(stale.delivery().degradation().kind()).isEqualTo(Degradation.Kind.STALE_CACHE);
			StepVerifier.create(this.elevenLabs.speech().convert(request.mutate().text("Something else.").build()))
				.expectErrorSatisfies((error) -> assertThat(((ElevenLabsException) error).getKind())
					.isIn(ErrorKind.NETWORK, ErrorKind.BREAKER_OPEN))
				.verify(LONG_ENOUGH);
		}
		finally {
			this.simulator.start();
		}
	}

}
