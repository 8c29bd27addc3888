package io.github.elevenspring.model.speech;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Properties of {@link SpeechRequest}, whatever the input.
 */
class SpeechRequestPropertyTests {

	@Property
	void toStringNeverHoldsTheText(@ForAll @StringLength(min = 1, max = 50) String core) {
		String text = "§" + core + "§";
		SpeechRequest request = SpeechRequest.builder(text).previousText(text).nextText(text).build();
		assertThat(request.toString()).doesNotContain("§").contains(request.codePoints() + " characters");
	}

}
