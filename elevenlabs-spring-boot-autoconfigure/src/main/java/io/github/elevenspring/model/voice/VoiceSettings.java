package io.github.elevenspring.model.voice;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * How a voice speaks. A part that is {@code null} is left to what is stored with the
 * voice. Ranges and defaults as in the API reference of text to speech, 2026.
 *
 * @param stability how even the delivery is, 0 to 1
 * @param similarityBoost how closely the original voice is followed, 0 to 1
 * @param style how far the style of the original is exaggerated, 0 to 1
 * @param useSpeakerBoost whether similarity is raised further at the price of latency
 * @param speed 0.7 to 1.2, with 1.0 as the pace of the voice
 * @since 0.1.0
 */
public record VoiceSettings(@Nullable Double stability, @Nullable Double similarityBoost, @Nullable Double style,
		@Nullable Boolean useSpeakerBoost, @Nullable Double speed) {

	private static final VoiceSettings STORED = new VoiceSettings(null, null, null, null, null);

	/**
	 * Return settings that change nothing.
	 * @return settings without a value
	 */
	public static VoiceSettings stored() {
		return STORED;
	}

	/**
	 * Return these settings with another stability.
	 * @param stability 0 to 1
	 * @return a copy
	 * @throws IllegalArgumentException if the value is out of range
	 */
	public VoiceSettings withStability(double stability) {
		return new VoiceSettings(inRange("stability", stability, 0, 1), this.similarityBoost, this.style,
				this.useSpeakerBoost, this.speed);
	}

	/**
	 * Return these settings with another similarity.
	 * @param similarityBoost 0 to 1
	 * @return a copy
	 * @throws IllegalArgumentException if the value is out of range
	 */
	public VoiceSettings withSimilarityBoost(double similarityBoost) {
		return new VoiceSettings(this.stability, inRange("similarityBoost", similarityBoost, 0, 1), this.style,
				this.useSpeakerBoost, this.speed);
	}

	/**
	 * Return these settings with another style.
	 * @param style 0 to 1
	 * @return a copy
	 * @throws IllegalArgumentException if the value is out of range
	 */
	public VoiceSettings withStyle(double style) {
		return new VoiceSettings(this.stability, this.similarityBoost, inRange("style", style, 0, 1),
				this.useSpeakerBoost, this.speed);
	}

	/**
	 * Return these settings with speaker boost on or off.
	 * @param useSpeakerBoost whether to boost
	 * @return a copy
	 */
	public VoiceSettings withSpeakerBoost(boolean useSpeakerBoost) {
		return new VoiceSettings(this.stability, this.similarityBoost, this.style, useSpeakerBoost, this.speed);
	}

	/**
	 * Return these settings with another pace.
	 * @param speed 0.7 to 1.2
	 * @return a copy
	 * @throws IllegalArgumentException if the value is out of range
	 */
	public VoiceSettings withSpeed(double speed) {
		return new VoiceSettings(this.stability, this.similarityBoost, this.style, this.useSpeakerBoost,
				inRange("speed", speed, 0.7, 1.2));
	}

	private static double inRange(String name, double value, double least, double most) {
		Assert.isTrue(value >= least && value <= most,
				() -> "'" + name + "' must be between " + least + " and " + most + ", but is " + value);
		return value;
	}

}
