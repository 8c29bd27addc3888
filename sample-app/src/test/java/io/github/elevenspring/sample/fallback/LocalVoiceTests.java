package io.github.elevenspring.sample.fallback;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.fallback.FallbackSpeech;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link LocalVoice}.
 */
class LocalVoiceTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final LocalVoice voice = new LocalVoice();

	@ParameterizedTest
	@CsvSource({ "pcm_24000, pcm_24000", "pcm_8000, pcm_8000", "wav_44100, wav_44100", "mp3_44100_128, wav_16000",
			"ulaw_8000, wav_16000" })
	void keepsTheFormatWhereItCan(String asked, String spoken) {
		assertThat(speak("Hello.", asked).format()).isEqualTo(OutputFormat.of(spoken));
	}

	@Test
	void lastsEquallyLongAtEachRate() {
		int slow = samples(speak("Hello there.", "pcm_8000"));
		int fast = samples(speak("Hello there.", "pcm_48000"));
		assertThat(slow).isBetween(8_000 / 2, 8_000 * 2);
		assertThat(fast).isBetween(slow * 6 - 6, slow * 6 + 6);
	}

	@Test
	void isHeard() {
		ByteBuffer samples = ByteBuffer.wrap(parts(speak("Hello there.", "pcm_24000")).get(0))
			.order(ByteOrder.LITTLE_ENDIAN);
		int loudest = 0;
		while (samples.hasRemaining()) {
			loudest = Math.max(loudest, Math.abs(samples.getShort()));
		}
		assertThat(loudest).isBetween(2_000, 32_768);
	}

	@Test
	void speaksPieceByPiece() {
		assertThat(parts(speak("One thing. Another thing! A third?", "pcm_16000"))).hasSize(3);
		assertThat(parts(speak("word ".repeat(100), "pcm_16000"))).hasSize(3);
		assertThat(parts(speak("x".repeat(500), "pcm_16000"))).hasSize(3);
	}

	@Test
	void leavesNoPartOut() {
		int apart = samples(speak("First.", "pcm_16000")) + samples(speak("Second.", "pcm_16000"));
		assertThat(samples(speak("  First.\n\n Second.  ", "pcm_16000"))).isEqualTo(apart);
	}

	@Test
	void readsLettersWithMarksAsThoseWithout() {
		assertThat(samples(speak("Müller á la carte", "pcm_16000")))
			.isEqualTo(samples(speak("Muller a la carte", "pcm_16000")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "你好", "Привет", "!?" })
	void leavesWhatItCannotRead(String text) {
		assertThat(trySpeak(text, "pcm_16000")).isNull();
	}

	private FallbackSpeech speak(String text, String format) {
		FallbackSpeech speech = trySpeak(text, format);
		assertThat(speech).isNotNull();
		return speech;
	}

	private @Nullable FallbackSpeech trySpeak(String text, String format) {
		return this.voice
			.speak(SpeechRequest.of(text).format(OutputFormat.of(format)),
					new ElevenLabsRejectedException(ErrorKind.BREAKER_OPEN, "Open."))
			.block(PATIENCE);
	}

	private static List<byte[]> parts(FallbackSpeech speech) {
		return speech.audio().collectList().block(PATIENCE);
	}

	private static int samples(FallbackSpeech speech) {
		return parts(speech).stream().mapToInt((part) -> part.length / 2).sum();
	}

}
