package io.github.elevenspring.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.fallback.FallbackSettings;
import io.github.elevenspring.model.Degradation.Kind;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * What happens when ElevenLabs does not speak.
 *
 * @param chain steps that speak instead, in the order in which they are tried; none means
 * that the error reaches the caller
 * @param modelId model that speaks for each model without an entry in model-ids
 * @param modelIds models that speak for others, by the model they stand in for
 * @param voiceId voice that speaks for any other
 * @param errors kinds of errors that lead to a step of the chain, in place of its usual
 * ones
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs.fallback")
public record ElevenLabsFallbackProperties(@DefaultValue List<Kind> chain, @Nullable String modelId,
		@DefaultValue Map<String, String> modelIds, @Nullable String voiceId,
		@DefaultValue Map<Kind, Set<ErrorKind>> errors) {

	/**
	 * Check what was set.
	 * @throws IllegalArgumentException if a step is named twice or lacks what it needs,
	 * or if errors lead to one that is not in the chain or cannot stand in for them
	 */
	public ElevenLabsFallbackProperties {
		Assert.isTrue(Set.copyOf(chain).size() == chain.size(),
				"'elevenlabs.fallback.chain' must not name a step twice");
		Assert.isTrue(!chain.contains(Kind.MODEL) || StringUtils.hasText(modelId) || !modelIds.isEmpty(),
				"'elevenlabs.fallback.chain' names 'model': set elevenlabs.fallback.model-id or"
						+ " elevenlabs.fallback.model-ids");
		Assert.isTrue(!chain.contains(Kind.VOICE) || StringUtils.hasText(voiceId),
				"'elevenlabs.fallback.chain' names 'voice': set elevenlabs.fallback.voice-id");
		errors.forEach((kind, own) -> {
			Assert.isTrue(chain.contains(kind), () -> "'elevenlabs.fallback.errors' names '" + kind.id()
					+ "', which 'elevenlabs.fallback.chain' does not");
			own.forEach((error) -> Assert.isTrue(FallbackSettings.isAnswerTo(error, kind),
					() -> "'elevenlabs.fallback.errors." + kind.id() + "' must not name '"
							+ error.name().toLowerCase(Locale.ROOT) + "', which it cannot stand in for"));
		});
	}

	/**
	 * Leave out old answers where the whole cache is switched off.
	 */
	FallbackSettings toSettings(ElevenLabsCacheProperties cache) {
		List<Kind> steps = this.chain.stream().filter((kind) -> kind != Kind.STALE_CACHE || cache.enabled()).toList();
		return new FallbackSettings(steps, this.modelId, this.modelIds, this.voiceId, this.errors);
	}

}
