package io.github.elevenspring.sample.speech;

import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.voice.VoiceSettings;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /api/speech}.
 *
 * @param text what to say
 * @param voiceId voice that speaks, or the configured default
 * @param modelId model that speaks, or the configured default
 * @param outputFormat format of the audio, or the configured default
 * @param voiceSettings how the voice speaks, or as it is stored
 */
record SpeechBody(@Nullable String text, @Nullable String voiceId, @Nullable String modelId,
		@Nullable String outputFormat, @Nullable Settings voiceSettings) {

	/**
	 * Return what to ask of ElevenLabs.
	 * @param options who asks and how urgent it is
	 * @return the request
	 * @throws IllegalArgumentException if a value is out of range; the message names it
	 */
	SpeechRequest toRequest(CallOptions options) {
		return SpeechRequest.builder((this.text != null) ? this.text : "")
			.voiceId(blankToNull(this.voiceId))
			.modelId(blankToNull(this.modelId))
			.outputFormat((this.outputFormat != null) ? OutputFormat.of(this.outputFormat) : null)
			.voiceSettings((this.voiceSettings != null) ? this.voiceSettings.toVoiceSettings() : null)
			.options(options)
			.build();
	}

	@Override
	public String toString() {
		return "SpeechBody[voiceId=" + this.voiceId + ", modelId=" + this.modelId + ", outputFormat="
				+ this.outputFormat + "]";
	}

	private static @Nullable String blankToNull(@Nullable String value) {
		return (value != null && !value.isBlank()) ? value : null;
	}

	/**
	 * How the voice speaks. What is left out stays as it is stored with the voice.
	 *
	 * @param stability how even the delivery is, 0 to 1
	 * @param similarityBoost how closely the original voice is followed, 0 to 1
	 * @param style how far the style of the original is exaggerated, 0 to 1
	 * @param useSpeakerBoost whether similarity is raised further
	 * @param speed pace, 0.7 to 1.2
	 */
	record Settings(@Nullable Double stability, @Nullable Double similarityBoost, @Nullable Double style,
			@Nullable Boolean useSpeakerBoost, @Nullable Double speed) {

		VoiceSettings toVoiceSettings() {
			VoiceSettings settings = VoiceSettings.stored();
			if (this.stability != null) {
				settings = settings.withStability(this.stability);
			}
			if (this.similarityBoost != null) {
				settings = settings.withSimilarityBoost(this.similarityBoost);
			}
			if (this.style != null) {
				settings = settings.withStyle(this.style);
			}
			if (this.useSpeakerBoost != null) {
				settings = settings.withSpeakerBoost(this.useSpeakerBoost);
			}
			if (this.speed != null) {
				settings = settings.withSpeed(this.speed);
			}
			return settings;
		}

	}

}
