package io.github.elevenspring.model.speech;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.OutputFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link SpeechRequest}.
 */
class SpeechRequestTests {

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 4294967295L })
	void aSeedInRangeIsTaken(long seed) {
		assertThat(SpeechRequest.builder("Hi").seed(seed).build().seed()).isEqualTo(seed);
	}

	@ParameterizedTest
	@ValueSource(longs = { -1, 4294967296L, Long.MAX_VALUE })
	void aSeedOutOfRangeIsRefused(long seed) {
		assertThatIllegalArgumentException().isThrownBy(() -> SpeechRequest.builder("Hi").seed(seed).build())
			.withMessageContaining("seed");
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 5 })
	void aLatencyOutOfRangeIsRefused(int latency) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> SpeechRequest.builder("Hi").optimizeStreamingLatency(latency).build())
			.withMessageContaining("optimizeStreamingLatency");
	}

	@Test
	void moreThanThreeReferencesAreRefused() {
		List<String> four = List.of("1", "2", "3", "4");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> SpeechRequest.builder("Hi").previousRequestIds(four).build())
			.withMessageContaining("previousRequestIds");
		assertThatIllegalArgumentException().isThrownBy(() -> SpeechRequest.builder("Hi").nextRequestIds(four).build())
			.withMessageContaining("nextRequestIds");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> SpeechRequest.builder("Hi")
				.pronunciationDictionaries(Collections.nCopies(4, new PronunciationDictionary("d", null)))
				.build())
			.withMessageContaining("pronunciationDictionaries");
		assertThatIllegalArgumentException().isThrownBy(() -> new PronunciationDictionary(" ", null));
	}

	@Test
	void listsAreCopied() {
		List<String> ids = new ArrayList<>(List.of("1"));
		SpeechRequest request = SpeechRequest.builder("Hi").previousRequestIds(ids).build();
		ids.add("2");
		assertThat(request.previousRequestIds()).containsExactly("1");
	}

	@Test
	void fluentMethodsCopy() {
		SpeechRequest request = SpeechRequest.of("Hi");
		assertThat(request.voice("v").model("m").format(OutputFormat.PCM_16000).tenant("t")).isNotEqualTo(request);
		assertThat(request).isEqualTo(SpeechRequest.of("Hi"));
		assertThat(request.options()).isEqualTo(CallOptions.defaults());
		assertThat(request.voice("v").model("m").mutate().build()).isEqualTo(request.voice("v").model("m"));
	}

}
