package io.github.elevenspring.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Redaction}.
 */
class RedactionTests {

	private static final String TEXT = "Pay 5,000 € to \"Ann & Bob\"\n\tbefore Friday";

	private final Redaction redaction = new Redaction(Wire.KEY, () -> List.of(TEXT));

	@Test
	void theKeyIsRemovedWholeAndInPart() {
		assertThat(this.redaction.clean("Key " + Wire.KEY + " is wrong")).isEqualTo("Key [removed] is wrong");
		assertThat(this.redaction.clean("Key " + Wire.KEY.substring(0, 12) + "… is wrong"))
			.isEqualTo("Key [removed]… is wrong");
	}

	@Test
	void theTextIsRemovedHoweverItIsEscaped() {
		for (String quote : List.of(TEXT, "Pay 5,000 € to \\\"Ann & Bob\\\"\\n\\tbefore Friday",
				"Pay 5,000 \\u20AC to \\\"Ann & Bob\\\"\\n\\tbefore Friday",
				"Pay 5,000 &euro; to &quot;Ann &amp; Bob&quot; before Friday",
				"Pay 5,000 € to \"Ann & Bob\" before Friday")) {
			assertThat(this.redaction.clean("Bad text: " + quote + " (sic)")).isEqualTo("Bad text: [removed] (sic)");
		}
	}

	@Test
	void aPieceOfTheTextIsRemoved() {
		assertThat(this.redaction.clean("near 'before Friday'")).isEqualTo("near '[removed]'");
	}

	@Test
	void whatTheVendorSaysItselfIsKept() {
		String message = "A voice with the voice_id 21m00Tcm4TlvDq8ikWAM was not found.";
		assertThat(this.redaction.clean(message)).isEqualTo(message);
	}

	@Test
	void aTextTooShortToTellIsLeftAlone() {
		assertThat(new Redaction(null, () -> List.of("a", "no", "")).clean("a note about nothing"))
			.isEqualTo("a note about nothing");
	}

	@Test
	void aMessageIsOneShortLine() {
		assertThat(this.redaction.clean("  one\r\n\u0007two \t three  ")).isEqualTo("one two three");
		assertThat(this.redaction.clean("x ".repeat(5000))).hasSize(301).endsWith("…");
	}

	@Test
	void aQuoteThatIsCutWithTheMessageLeavesNothingBehind() {
		for (int padding = 1950; padding < 2010; padding++) {
			assertThat(this.redaction.clean("Q".repeat(padding) + TEXT)).doesNotContain("Pay");
		}
		Redaction all = new Redaction(null, () -> List.of("Z".repeat(1990)));
		for (int padding = 0; padding < 20; padding++) {
			assertThat(all.clean("q".repeat(padding) + "Z".repeat(1990) + "q")).doesNotContain("Z");
		}
	}

	@Test
	void textsAreAskedForOnlyWhenThereIsSomethingToClean() {
		AtomicInteger asked = new AtomicInteger();
		Redaction lazy = new Redaction(Wire.KEY, () -> {
			asked.incrementAndGet();
			return List.of();
		});
		assertThat(asked).hasValue(0);
		lazy.clean("x");
		assertThat(asked).hasValue(1);
	}

}
