package io.github.elevenspring.client;

import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Properties of {@link Redaction}, whatever the input.
 */
class RedactionPropertyTests {

	@Property
	void noEightCharactersOfTheTextSurviveInAnyMessage(@ForAll("sentences") String text,
			@ForAll("sentences") String before, @ForAll("sentences") String after) {
		String clean = new Redaction(Wire.KEY, () -> List.of(text)).clean(before + text + Wire.KEY + after)
			.replace("[removed]", "\u0000");
		String line = text.strip().replaceAll("\\s+", " ");
		for (int start = 0; start + 8 <= line.length(); start++) {
			assertThat(clean).doesNotContain(line.substring(start, start + 8));
		}
		assertThat(clean).doesNotContain(Wire.KEY.substring(0, 8));
	}

	@Property
	void nothingBreaksIt(@ForAll String message, @ForAll String text, @ForAll String key) {
		String clean = new Redaction(key, () -> List.of(text)).clean(message);
		assertThat(clean.length()).isLessThanOrEqualTo(301);
		assertThat(clean).doesNotContain("\n");
	}

	@Provide
	Arbitrary<String> sentences() {
		return Arbitraries.strings().withChars("ab c\n\"é€").ofMinLength(4).ofMaxLength(40);
	}

}
