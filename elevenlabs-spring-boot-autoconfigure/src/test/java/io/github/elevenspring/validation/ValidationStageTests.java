package io.github.elevenspring.validation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.ElevenLabsRequest;
import io.github.elevenspring.model.catalog.Model;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ValidationStage}.
 */
class ValidationStageTests {

	private final ModelCatalog models = new ModelCatalog();

	private final ValidationStage stage = new ValidationStage(this.models);

	@ParameterizedTest
	@CsvSource({ "eleven_v4,10000", "eleven_v4_turbo,10000", "eleven_v3,5000", "eleven_v3_conversational,5000",
			"eleven_multilingual_v2,10000", "eleven_flash_v2_5,40000", "eleven_flash_v2,30000",
			"eleven_turbo_v2_5,40000", "eleven_turbo_v2,30000" })
	void eachModelHasItsLimitInCodePoints(String model, int limit) {
		for (String character : List.of("x", "ü", "😀", "あ")) {
			assertThat(refusal(speech(character.repeat(limit)).model(model))).isNull();
			assertThat(refusal(speech(character.repeat(limit + 1)).model(model))).hasMessageContaining(model)
				.hasMessageContaining((limit + 1) + " characters")
				.hasMessageContaining("at most " + limit)
				.hasMessageContaining("split the text");
		}
	}

	@Test
	void withoutAModelTheLimitIsThatOfTheDefault() {
		assertThat(refusal(speech("x".repeat(10_001)))).hasMessageContaining(ModelCatalog.DEFAULT_MODEL);
	}

	@Test
	void aModelNobodyKnowsHasNoLimit() {
		assertThat(refusal(speech("x".repeat(500_000)).model("eleven_v9"))).isNull();
	}

	@Test
	void whatTheServiceSaysOfAModelIsTheLimit() {
		this.models.learn(new Model("eleven_v9", null, null, null, null, null, null, null, 3, null, null, null));
		assertThat(refusal(speech("123").model("eleven_v9"))).isNull();
		assertThat(refusal(speech("1234").model("eleven_v9"))).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\n\t\r", "\u2003\u2028" })
	void textWithoutAnythingToSayIsRefused(String text) {
		assertThat(refusal(speech(text))).hasMessageContaining("no text");
	}

	@ParameterizedTest
	@ValueSource(strings = { "cut \ud83d", "\ude00 cut", "a\ud83db", "\ude00\ud83d" })
	void halfACharacterIsRefused(String text) {
		assertThat(refusal(speech(text))).hasMessageContaining("surrogate").hasMessageContaining("code points");
		assertThat(refusal(SpeechRequest.builder("Hi").voiceId("v").previousText(text).build())).isNotNull();
		assertThat(refusal(SpeechRequest.builder("Hi").voiceId("v").nextText(text).build())).isNotNull();
	}

	@Test
	void speechWithoutAVoiceIsRefused() {
		assertThat(refusal(SpeechRequest.of("Hi"))).hasMessageContaining("elevenlabs.defaults.voice-id");
	}

	@Test
	void otherRequestsPass() {
		assertThat(refusal(ApiRequest.get("/v1/x"))).isNull();
	}

	private static SpeechRequest speech(String text) {
		return SpeechRequest.of(text).voice("v");
	}

	private ElevenLabsException refusal(ElevenLabsRequest request) {
		AtomicInteger passed = new AtomicInteger();
		try {
			this.stage.handle(new Call(Operation.SPEECH_CONVERT, request), (call) -> Flux.defer(() -> {
				passed.incrementAndGet();
				return Flux.empty();
			})).blockLast(Duration.ofSeconds(10));
			assertThat(passed).hasValue(1);
			return null;
		}
		catch (ElevenLabsRejectedException ex) {
			assertThat(passed).hasValue(0);
			assertThat(ex.getKind()).isEqualTo(ErrorKind.INVALID);
			assertThat(ex.isRetryable()).isFalse();
			return ex;
		}
	}

}
