package io.github.elevenspring.model.catalog;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A model and what it can do, as {@code GET /v1/models} tells.
 *
 * @param modelId what requests name
 * @param name what people call it
 * @param description what it is good for
 * @param canDoTextToSpeech whether it speaks text
 * @param canDoVoiceConversion whether it changes voices
 * @param canUseStyle whether {@code style} has an effect
 * @param canUseSpeakerBoost whether speaker boost has an effect
 * @param tokenCostFactor cost of a character compared with the standard
 * @param maximumTextLengthPerRequest characters (Unicode code points) one request may
 * hold
 * @param languages what it speaks
 * @param modelRates what it costs
 * @param concurrencyGroup models that share one limit of requests in flight
 * @since 0.1.0
 */
public record Model(String modelId, @Nullable String name, @Nullable String description,
		@Nullable Boolean canDoTextToSpeech, @Nullable Boolean canDoVoiceConversion, @Nullable Boolean canUseStyle,
		@Nullable Boolean canUseSpeakerBoost, @Nullable Double tokenCostFactor,
		@Nullable Integer maximumTextLengthPerRequest, List<Language> languages, @Nullable Rates modelRates,
		@Nullable String concurrencyGroup) {

	/**
	 * Create a model. A list that the service left out is empty.
	 */
	public Model {
		languages = (languages != null) ? List.copyOf(languages) : List.of();
	}

	/**
	 * A language a model speaks.
	 *
	 * @param languageId ISO 639-1 code
	 * @param name English name
	 */
	public record Language(String languageId, @Nullable String name) {

	}

	/**
	 * What a model costs.
	 *
	 * @param characterCostMultiplier credits for one character
	 */
	public record Rates(@Nullable Double characterCostMultiplier) {

	}

}
