package io.github.elevenspring.test.simulator.speech;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link SpeechEngine}.
 */
class SpeechEngineTests {

	private static final Timbre TIMBRE = new Timbre(100, 11, 150);

	private final SpeechEngine engine = SpeechEngine.shared();

	@Test
	void saysTheSameFromManyThreads() {
		short[] alone = this.engine.say("Many voices at once.", TIMBRE);
		List<CompletableFuture<short[]>> calls = IntStream.range(0, 32)
			.mapToObj((call) -> CompletableFuture.supplyAsync(() -> this.engine
				.say((call % 2 == 0) ? "Many voices at once." : "Something else in between.", TIMBRE)))
			.toList();
		for (int i = 0; i < calls.size(); i += 2) {
			assertThat(calls.get(i).join()).isEqualTo(alone);
		}
	}

	@Test
	void soundsDifferentWithAnotherTimbre() {
		short[] low = this.engine.say("Who is it?", TIMBRE);
		assertThat(this.engine.say("Who is it?", new Timbre(180, 11, 150))).isNotEqualTo(low);
		assertThat(this.engine.say("Who is it?", TIMBRE.atSpeed(0.7)).length).isGreaterThan(low.length);
	}

	@Test
	void getsOverAnyText() {
		SplittableRandom random = new SplittableRandom(7);
		for (int i = 0; i < 500; i++) {
			String text = random.ints(1 + random.nextInt(40), ' ', 0x7F)
				.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
				.toString();
			assertThatNoException().as(text).isThrownBy(() -> this.engine.say(text, TIMBRE));
		}
	}

}
