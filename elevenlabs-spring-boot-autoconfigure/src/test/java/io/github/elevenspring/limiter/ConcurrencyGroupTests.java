package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConcurrencyGroup} and how many slots {@link LimiterStage} takes.
 */
class ConcurrencyGroupTests {

	private final ModelCatalog models = new ModelCatalog();

	@ParameterizedTest
	@CsvSource({ "eleven_multilingual_v2, STANDARD", "eleven_v3, STANDARD", "eleven_flash_v2_5, FLASH",
			"eleven_turbo_v2, FLASH", "eleven_v4_turbo, V4", "a_model_of_tomorrow, STANDARD" })
	void speechIsCountedByItsModel(String model, ConcurrencyGroup group) {
		Call call = new Call(Operation.SPEECH_STREAM, SpeechRequest.of("Hello").voice("v").model(model));
		assertThat(ConcurrencyGroup.of(call, this.models)).isEqualTo(group);
		assertThat(group.weight(call)).isOne();
	}

	@ParameterizedTest
	@CsvSource({ ", 1", "0, 1", "1, 1", "479999, 1", "480000, 1", "480001, 2", "900000, 2", "960001, 3", "1440001, 4",
			"7200000, 4", "360000000000, 4" })
	void aFileToTranscribeTakesASlotForEachPart(@Nullable Long millis, int slots) {
		ApiRequest request = ApiRequest.post("/v1/speech-to-text")
			.audioDuration((millis != null) ? Duration.ofMillis(millis) : null);
		assertThat(ConcurrencyGroup.TRANSCRIPTION.weight(exchange(request))).isEqualTo(slots);
	}

	@Test
	void audioThatIsNotTranscribedTakesOneSlot() {
		Call call = exchange(ApiRequest.post("/v1/audio-isolation").audioDuration(Duration.ofHours(2)));
		assertThat(ConcurrencyGroup.of(call, this.models)).isEqualTo(ConcurrencyGroup.OTHER);
		assertThat(ConcurrencyGroup.OTHER.weight(call)).isOne();
	}

	@Test
	void aLongFileHoldsItsSlotsUntilItHasEnded() {
		ConcurrencyLimits limits = new ConcurrencyLimits(Plan.CREATOR, Map.of(ConcurrencyGroup.TRANSCRIPTION, 5),
				LimiterSettings.defaults(), Schedulers.parallel());
		LimiterStage stage = new LimiterStage(limits, this.models);
		List<Disposable> calls = new ArrayList<>();
		for (int minutes : List.of(120, 3, 20)) {
			Call call = exchange(ApiRequest.post("/v1/speech-to-text").audioDuration(Duration.ofMinutes(minutes)));
			calls.add(stage.handle(call, (any) -> Flux.<ReplyPart>never()).subscribe());
		}
		assertThat(inFlight(limits)).as("four and one, and the third does not fit").isEqualTo(5);
		calls.get(1).dispose();
		assertThat(inFlight(limits)).as("the third needs three").isEqualTo(4);
		calls.get(0).dispose();
		assertThat(inFlight(limits)).isEqualTo(3);
		calls.get(2).dispose();
		assertThat(inFlight(limits)).isZero();
	}

	private static int inFlight(ConcurrencyLimits limits) {
		return limits.snapshot().get(ConcurrencyGroup.TRANSCRIPTION).inFlight();
	}

	private static Call exchange(ApiRequest request) {
		return new Call(Operation.EXCHANGE, request);
	}

}
