package io.github.elevenspring.sample.fallback;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.fallback.FallbackSpeech;
import io.github.elevenspring.fallback.SpeechFallback;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * Speaks with FreeTTS, sentence by sentence: in the asked format if that is PCM or WAV,
 * else in WAV. It knows Latin letters only, and leaves other texts to the error.
 */
@Component
class LocalVoice implements SpeechFallback {

	private static final String NAME = "freetts";

	private static final OutputFormat WAV = OutputFormat.of("wav_" + Kevin.SAMPLE_RATE);

	private static final Pattern UNCOMPRESSED = Pattern.compile("(pcm|wav)_(\\d{4,5})");

	/**
	 * A sentence; of a longer one, some words; of a longer word, a part.
	 */
	private static final Pattern PIECE = Pattern.compile("\\S(?:.{0,198}?[.!?](?=\\s|$)|.{0,198}(?=\\s|$)|\\S{0,198})");

	private static final Pattern SAYABLE = Pattern.compile("[A-Za-z0-9]");

	private static final int UNKNOWN_LENGTH = 0xFFFFFFFF;

	private final Kevin kevin = new Kevin();

	@Override
	public Mono<FallbackSpeech> speak(SpeechRequest request, ElevenLabsException error) {
		String text = sayable(request.text());
		if (!SAYABLE.matcher(text).find()) {
			return Mono.empty();
		}
		OutputFormat format = format(request.outputFormat());
		int sampleRate = Integer.parseInt(format.value().substring(format.value().indexOf('_') + 1));
		Flux<byte[]> samples = Flux.fromStream(() -> PIECE.matcher(text).results().map(MatchResult::group))
			.map((piece) -> bytes(resample(this.kevin.say(piece), sampleRate)));
		return Mono
			.just(new FallbackSpeech(NAME, format, format.codec().equals("wav") ? wav(samples, sampleRate) : samples));
	}

	private static OutputFormat format(@Nullable OutputFormat asked) {
		return (asked != null && UNCOMPRESSED.matcher(asked.value()).matches()) ? asked : WAV;
	}

	private static String sayable(String text) {
		return Normalizer.normalize(text, Normalizer.Form.NFD)
			.replaceAll("\\p{M}", "")
			.replaceAll("[^\\x21-\\x7e]+", " ")
			.trim();
	}

	private static short[] resample(short[] samples, int sampleRate) {
		short[] resampled = new short[(int) ((long) samples.length * sampleRate / Kevin.SAMPLE_RATE)];
		for (int i = 0; i < resampled.length; i++) {
			double at = (double) i * Kevin.SAMPLE_RATE / sampleRate;
			int left = (int) at;
			int right = Math.min(left + 1, samples.length - 1);
			resampled[i] = (short) Math.round(samples[left] + (at - left) * (samples[right] - samples[left]));
		}
		return resampled;
	}

	private static byte[] bytes(short[] samples) {
		ByteBuffer bytes = ByteBuffer.allocate(samples.length * 2).order(ByteOrder.LITTLE_ENDIAN);
		bytes.asShortBuffer().put(samples);
		return bytes.array();
	}

	/**
	 * Put a header in front of samples, not before there are some.
	 */
	private static Flux<byte[]> wav(Flux<byte[]> samples, int sampleRate) {
		return samples.switchOnFirst((first, all) -> first.hasValue() ? all.startWith(header(sampleRate)) : all);
	}

	/**
	 * The length is not known while the speech is being made.
	 */
	private static byte[] header(int sampleRate) {
		ByteBuffer header = ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN);
		header.put(ascii("RIFF")).putInt(UNKNOWN_LENGTH).put(ascii("WAVEfmt ")).putInt(16);
		header.putShort((short) 1).putShort((short) 1).putInt(sampleRate).putInt(sampleRate * 2);
		header.putShort((short) 2).putShort((short) 16).put(ascii("data")).putInt(UNKNOWN_LENGTH);
		return header.array();
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
