package io.github.elevenspring.test;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.fallback.FallbackSpeech;
import io.github.elevenspring.fallback.SpeechFallback;
import io.github.elevenspring.model.CacheUse;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.TimedSpeech;
import io.github.elevenspring.test.junit.EnableElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.QuotaAnswer;
import io.github.elevenspring.test.simulator.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The fallback chain in front of the simulator, which counts for itself what it is asked.
 */
@TestPropertySource(properties = { "elevenlabs.cache.enabled=false", "elevenlabs.fallback.chain=model, voice, engine",
		"elevenlabs.fallback.model-id=eleven_flash_v2_5", "elevenlabs.fallback.voice-id=" + FallbackTests.OTHER_VOICE,
		"elevenlabs.timeout.first-byte=4s", "elevenlabs.retry.enabled=false",
		"elevenlabs.circuit-breaker.enabled=false", "elevenlabs.quota.enabled=false" })
@Import(FallbackTests.Engine.class)
@EnableElevenLabsSimulator(voiceIds = FallbackTests.OTHER_VOICE)
class FallbackTests extends AbstractSimulatorTests {

	static final String OTHER_VOICE = "theOtherVoice0000001";

	private static final String ENGINE = "engine";

	/**
	 * The simulator's first words may take longer than a call may wait.
	 */
	@BeforeEach
	void warmUp() {
		this.elevenLabs.speech().convert(request()).block(LONG_ENOUGH);
		this.simulator.reset();
	}

	@AfterEach
	void listenAgain() {
		this.simulator.start();
	}

	@ParameterizedTest
	@MethodSource
	void eachFaultLeadsToItsFallback(Fault fault, int times, Degradation.Kind kind, int requests) {
		this.simulator.faults().next("/text-to-speech", fault, times);
		Speech speech = this.elevenLabs.speech().convert(request()).block(LONG_ENOUGH);
		assertThat(speech.delivery().degradation().kind()).isEqualTo(kind);
		assertThat(speech.delivery().attempts()).isEqualTo(requests);
		assertThat(this.simulator.journal().requests("/text-to-speech")).hasSize(requests);
		assertThat(new String(speech.audio()).equals(ENGINE)).isEqualTo(kind == Degradation.Kind.ENGINE);
	}

	static Stream<Arguments> eachFaultLeadsToItsFallback() {
		return Stream.of(Arguments.of(Fault.internalError(), 1, Degradation.Kind.MODEL, 2),
				Arguments.of(Fault.internalError(), 2, Degradation.Kind.VOICE, 3),
				Arguments.of(Fault.internalError(), 3, Degradation.Kind.ENGINE, 3),
				Arguments.of(Fault.systemBusy(Duration.ofSeconds(1)), 1, Degradation.Kind.MODEL, 2),
				Arguments.of(Fault.systemBusy(Duration.ofSeconds(1)), 2, Degradation.Kind.ENGINE, 2),
				Arguments.of(Fault.quotaExceeded(QuotaAnswer.LEGACY), 2, Degradation.Kind.ENGINE, 2),
				Arguments.of(Fault.disconnect(), 1, Degradation.Kind.ENGINE, 1),
				Arguments.of(Fault.silence(), 1, Degradation.Kind.ENGINE, 1));
	}

	@Test
	void aVoiceThatIsGoneIsReplaced() {
		Speech speech = this.elevenLabs.speech().convert(request().voice("aVoiceThatIsGone0001")).block(LONG_ENOUGH);
		assertThat(speech.delivery().degradation())
			.isEqualTo(new Degradation(Degradation.Kind.VOICE, ErrorKind.NOT_FOUND, OTHER_VOICE, null));
		assertThat(this.simulator.journal().requests("/text-to-speech")).extracting(RecordedRequest::status)
			.containsExactly(404, 200);
	}

	@Test
	void whereNobodyListensTheEngineSpeaksAndThenTheServiceAgain() {
		this.simulator.stop();
		Speech speech = this.elevenLabs.speech().convert(request()).block(LONG_ENOUGH);
		assertThat(speech.audio()).isEqualTo(ENGINE.getBytes());
		assertThat(speech.format()).isEqualTo(OutputFormat.WAV_24000);
		this.simulator.start();
		Speech again = this.elevenLabs.speech().convert(request()).block(LONG_ENOUGH);
		assertThat(again.delivery().isDegraded()).isFalse();
		assertThat(again.format()).isEqualTo(OutputFormat.MP3_44100_128);
	}

	@Test
	void timesSurviveAnotherModel() {
		this.simulator.faults().next(Fault.internalError());
		List<TimedSpeech> parts = this.elevenLabs.speech()
			.streamWithTimestamps(request())
			.collectList()
			.block(LONG_ENOUGH);
		assertThat(parts).isNotEmpty().allSatisfy((part) -> assertThat(part.delivery().isDegraded()).isTrue());
		assertThat(this.simulator.journal().requests("/text-to-speech").get(1).body()).contains("eleven_flash_v2_5");
	}

	@Test
	void whatHasBegunIsNotBegunAgain() {
		this.simulator.faults().next("/stream", Fault.cutAfter(20_000), 1);
		StepVerifier
			.create(this.elevenLabs.speech().stream(request()).map((bytes) -> (long) bytes.length).scan(Long::sum))
			.thenConsumeWhile((received) -> received <= 20_000)
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getBytesReceived()).isEqualTo(20_000))
			.verify(LONG_ENOUGH);
		assertThat(this.simulator.journal().requests("/text-to-speech")).hasSize(1);
	}

	@Test
	void aRequestThatRefusesGetsTheError() {
		this.simulator.faults().next("/text-to-speech", Fault.internalError(), 1);
		SpeechRequest refusing = request().mutate().options(CallOptions.defaults().withFallbackAllowed(false)).build();
		StepVerifier.create(this.elevenLabs.speech().convert(refusing))
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.SERVER))
			.verify(LONG_ENOUGH);
		assertThat(this.simulator.journal().requests("/text-to-speech")).hasSize(1);
	}

	@Test
	void whatOnlyTheCacheMayAnswerNeverReachesTheService() {
		SpeechRequest stale = request().mutate()
			.options(CallOptions.defaults().withCacheUse(CacheUse.STALE).withFallbackAllowed(false))
			.build();
		StepVerifier.create(this.elevenLabs.speech().convert(stale))
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.NOT_FOUND))
			.verify(LONG_ENOUGH);
		assertThat(this.simulator.journal().requests()).isEmpty();
	}

	private SpeechRequest request() {
		return request("A text that is long enough to be spoken for some seconds, word by word.");
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Engine {

		@Bean
		SpeechFallback engine() {
			return (request, error) -> Mono
				.just(new FallbackSpeech("local", OutputFormat.WAV_24000, Flux.just(ENGINE.getBytes())));
		}

	}

}
