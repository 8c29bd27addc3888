package io.github.elevenspring.model;

import java.util.regex.Pattern;

import org.springframework.util.Assert;

/**
 * Codec, sample rate and bit rate of the audio, as ElevenLabs spells them:
 * {@code codec_samplerate[_bitrate]}. A value rather than a closed list, since the vendor
 * adds formats; the constants are the ones in use on ordinary plans.
 *
 * @param value the vendor's spelling, such as {@code mp3_44100_128}
 * @since 0.1.0
 */
public record OutputFormat(String value) {

	// First of all: the constants below are checked against it.
	private static final Pattern SPELLING = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");

	/**
	 * MP3, 44.1 kHz, 128 kbit/s: what ElevenLabs sends when nothing is asked for.
	 */
	public static final OutputFormat MP3_44100_128 = new OutputFormat("mp3_44100_128");

	/**
	 * MP3, 44.1 kHz, 64 kbit/s.
	 */
	public static final OutputFormat MP3_44100_64 = new OutputFormat("mp3_44100_64");

	/**
	 * MP3, 22.05 kHz, 32 kbit/s: the smallest MP3.
	 */
	public static final OutputFormat MP3_22050_32 = new OutputFormat("mp3_22050_32");

	/**
	 * Raw signed 16 bit little-endian mono samples, 16 kHz.
	 */
	public static final OutputFormat PCM_16000 = new OutputFormat("pcm_16000");

	/**
	 * Raw signed 16 bit little-endian mono samples, 24 kHz.
	 */
	public static final OutputFormat PCM_24000 = new OutputFormat("pcm_24000");

	/**
	 * WAV, 16 bit mono, 24 kHz.
	 */
	public static final OutputFormat WAV_24000 = new OutputFormat("wav_24000");

	/**
	 * G.711 µ-law, 8 kHz: telephony in North America and Japan.
	 */
	public static final OutputFormat ULAW_8000 = new OutputFormat("ulaw_8000");

	/**
	 * G.711 A-law, 8 kHz: telephony elsewhere.
	 */
	public static final OutputFormat ALAW_8000 = new OutputFormat("alaw_8000");

	/**
	 * Opus in Ogg, 48 kHz, 64 kbit/s.
	 */
	public static final OutputFormat OPUS_48000_64 = new OutputFormat("opus_48000_64");

	/**
	 * Create a format.
	 * @throws IllegalArgumentException if the value is not spelled like a format
	 */
	public OutputFormat {
		Assert.isTrue(value != null && SPELLING.matcher(value).matches(),
				() -> "'" + value + "' is not an output format: one looks like mp3_44100_128 or pcm_16000");
	}

	/**
	 * Create a format from its spelling. Also what configuration binding uses.
	 * @param value the vendor's spelling
	 * @return the format
	 * @throws IllegalArgumentException if the value is not spelled like a format
	 */
	public static OutputFormat of(String value) {
		return new OutputFormat(value);
	}

	/**
	 * Return the first part of the spelling.
	 * @return the codec, such as {@code mp3}
	 */
	public String codec() {
		int end = this.value.indexOf('_');
		return (end < 0) ? this.value : this.value.substring(0, end);
	}

	/**
	 * Return the media type under which the audio is best served to others.
	 * @return the media type, {@code application/octet-stream} for an unknown codec
	 */
	public String mediaType() {
		return switch (codec()) {
			case "mp3" -> "audio/mpeg";
			case "pcm" -> "audio/pcm";
			case "wav" -> "audio/wav";
			case "ulaw" -> "audio/basic";
			case "alaw" -> "audio/x-alaw-basic";
			case "opus" -> "audio/ogg";
			case "m4a" -> "audio/mp4";
			default -> "application/octet-stream";
		};
	}

	/**
	 * Return whether the first bytes of the audio identify it, which raw samples do not.
	 * @return {@code true} for container formats
	 */
	public boolean isSelfDescribing() {
		return switch (codec()) {
			case "mp3", "wav", "opus", "m4a" -> true;
			default -> false;
		};
	}

	@Override
	public String toString() {
		return this.value;
	}

}
