package io.github.elevenspring.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.fallback.FallbackSettings;
import io.github.elevenspring.model.Degradation;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * What happens when ElevenLabs does not speak.
 *
 * @param chain other ways to speak, in the order in which they are tried; none means that
 * the error reaches the caller
 * @param modelId model that speaks for each model without an entry in model-ids
 * @param modelIds models that speak for others, by the model they stand in for
 * @param voiceId voice that speaks for any other
 * @param errors kinds of errors that lead to a way of the chain, in place of its usual
 * ones
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs.fallback")
public record ElevenLabsFallbackProperties(@DefaultValue List<Degradation.Kind> chain, @Nullable String modelId,
		@DefaultValue Map<String, String> modelIds, @Nullable String voiceId,
		@DefaultValue Map<Degradation.Kind, Set<ErrorKind>> errors) {

	/**
	 * Check what was set.
	 * @throws IllegalArgumentException if errors lead to a way that is not in the chain
	 */
	public ElevenLabsFallbackProperties {
		for (Degradation.Kind kind : errors.keySet()) {
			Assert.isTrue(chain.contains(kind), () -> "'elevenlabs.fallback.errors' names '" + kind.id()
					+ "', which 'elevenlabs.fallback.chain' does not");
		}
	}

	FallbackSettings toSettings() {
		return new FallbackSettings(this.chain, this.modelId, this.modelIds, this.voiceId, this.errors);
	}

}
