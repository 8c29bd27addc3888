package io.github.elevenspring.test.simulator.speech;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link Narrator} and what it reads from.
 */
class NarratorTests {

	private static final Timbre TIMBRE = new Timbre(100, 11, 150);

	private static final OutputFormat PCM = new OutputFormat(OutputFormat.Codec.PCM, 8_000, 0);

	private final Scheduler scheduler = Schedulers.newBoundedElastic(2, 100, "narrator-test");

	private final Narrator narrator = new Narrator(this.scheduler);

	@AfterEach
	void stop() {
		this.scheduler.dispose();
	}

	@Test
	void readsOnlyWhatIsAskedFor() {
		Script script = new Script("A sentence. ".repeat(10_000), TIMBRE, PCM);
		StepVerifier.create(this.narrator.read(script), 3)
			.expectNextCount(3)
			.thenCancel()
			.verify(Duration.ofSeconds(10));
	}

	@Test
	void remembersShortReadings() {
		Script script = new Script("Once more.", TIMBRE, PCM);
		List<Piece> first = this.narrator.read(script).collectList().block(Duration.ofSeconds(10));
		List<Piece> second = this.narrator.read(script).collectList().block(Duration.ofSeconds(10));
		assertThat(second).isNotEmpty().isEqualTo(first);
	}

	@Test
	void cutsTextsWithoutLosingACharacter() {
		for (String text : List.of("", " ", "One. Two! Three?", "x".repeat(2000), "😀".repeat(1001),
				"word ".repeat(500))) {
			List<String> sentences = new ArrayList<>();
			new Sentences(text).forEachRemaining(sentences::add);
			assertThat(String.join("", sentences)).isEqualTo(text);
			assertThat(sentences).allSatisfy((sentence) -> {
				assertThat(sentence).hasSizeLessThanOrEqualTo(400);
				assertThat(Character.isLowSurrogate(sentence.charAt(0))).isFalse();
			});
		}
	}

	@Test
	void keepsTheTimeLineOverSentences() {
		Script script = new Script("One. Two. Three.", TIMBRE, PCM);
		List<Piece> pieces = this.narrator.read(script).collectList().block(Duration.ofSeconds(10));
		assertThat(pieces).isNotNull();
		double start = 0;
		for (Piece piece : pieces) {
			assertThat(piece.startSeconds()).isEqualTo(start, within(0.001));
			start += piece.audio().length / 16_000.0;
		}
		assertThat(pieces.stream().filter((piece) -> piece.alignment() != null)).hasSize(3);
	}

}
