package io.github.elevenspring.validation;

import java.time.Duration;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.model.catalog.Model;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Properties of {@link ValidationStage}, whatever the input.
 */
class ValidationStagePropertyTests {

	@Property
	void lengthIsCountedInCodePoints(@ForAll @IntRange(max = 60) int letters, @ForAll @IntRange(max = 60) int faces) {
		ModelCatalog models = new ModelCatalog();
		models.learn(new Model("tiny", null, null, null, null, null, null, null, 60, null, null, null));
		SpeechRequest request = SpeechRequest.of("😀".repeat(faces) + "x".repeat(letters)).voice("v").model("tiny");
		assertThat(request.codePoints()).isEqualTo(letters + faces);
		boolean fits = letters + faces > 0 && letters + faces <= 60;
		Throwable refusal = new ValidationStage(models)
			.handle(new Call(Operation.SPEECH_CONVERT, request), (call) -> Flux.empty())
			.then()
			.materialize()
			.block(Duration.ofSeconds(10))
			.getThrowable();
		assertThat(refusal == null).isEqualTo(fits);
	}

}
