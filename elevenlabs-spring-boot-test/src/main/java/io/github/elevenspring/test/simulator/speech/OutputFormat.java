package io.github.elevenspring.test.simulator.speech;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An audio format by the name the API gives it, such as {@code mp3_44100_128} or
 * {@code pcm_16000}.
 *
 * @param codec how samples become bytes
 * @param sampleRate the samples per second
 * @param kilobits the bit rate in kbit/s, 0 where the codec has no choice
 * @since 0.1.0
 */
public record OutputFormat(Codec codec, int sampleRate, int kilobits) {

	private static final Pattern NAME = Pattern.compile("(mp3|pcm|wav|ulaw|alaw)_(\\d{4,5})(?:_(\\d{2,3}))?");

	/**
	 * Parse the name of a format.
	 * @param name the name as the API writes it
	 * @return the format, or empty if there is no such format or the simulator has no
	 * encoder for it
	 */
	public static Optional<OutputFormat> parse(String name) {
		Matcher matcher = NAME.matcher(name);
		if (!matcher.matches()) {
			return Optional.empty();
		}
		Codec codec = Codec.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
		int kilobits = (matcher.group(3) != null) ? Integer.parseInt(matcher.group(3)) : 0;
		OutputFormat format = new OutputFormat(codec, Integer.parseInt(matcher.group(2)), kilobits);
		return codec.offers(format) ? Optional.of(format) : Optional.empty();
	}

	/**
	 * Return the media type that the API answers with.
	 * @return the value of the {@code Content-Type} header
	 */
	public String contentType() {
		return this.codec.contentType;
	}

	AudioEncoder newEncoder() {
		return switch (this.codec) {
			case MP3 -> new Mp3Encoder(this.sampleRate, this.kilobits);
			case PCM -> new PcmEncoder();
			case WAV -> new WavEncoder(this.sampleRate);
			case ULAW -> new CompandingEncoder(CompandingEncoder::muLaw);
			case ALAW -> new CompandingEncoder(CompandingEncoder::aLaw);
		};
	}

	/**
	 * How samples become bytes.
	 */
	public enum Codec {

		/**
		 * MPEG audio layer III with a constant bit rate, mono.
		 */
		MP3("audio/mpeg"),

		/**
		 * Bare signed 16-bit little-endian samples, mono.
		 */
		PCM("audio/pcm"),

		/**
		 * The same samples behind a RIFF header.
		 */
		WAV("audio/wav"),

		/**
		 * G.711 µ-law, one byte per sample.
		 */
		ULAW("audio/basic"),

		/**
		 * G.711 A-law, one byte per sample.
		 */
		ALAW("audio/x-alaw-basic");

		private final String contentType;

		Codec(String contentType) {
			this.contentType = contentType;
		}

		// ElevenLabs SDK, TextToSpeechConvertRequestOutputFormat, 2026-07
		private boolean offers(OutputFormat format) {
			return switch (this) {
				case MP3 -> switch (format.sampleRate()) {
					case 22_050 -> format.kilobits() == 32;
					case 24_000 -> format.kilobits() == 48;
					case 44_100 -> switch (format.kilobits()) {
						case 32, 64, 96, 128, 192 -> true;
						default -> false;
					};
					default -> false;
				};
				case PCM, WAV -> format.kilobits() == 0 && switch (format.sampleRate()) {
					case 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000 -> true;
					default -> false;
				};
				case ULAW, ALAW -> format.kilobits() == 0 && format.sampleRate() == 8_000;
			};
		}

	}

}
