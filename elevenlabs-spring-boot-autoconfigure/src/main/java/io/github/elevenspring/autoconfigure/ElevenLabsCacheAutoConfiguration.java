package io.github.elevenspring.autoconfigure;

import java.time.Clock;
import java.util.List;

import io.github.elevenspring.cache.CacheMetrics;
import io.github.elevenspring.cache.CacheStage;
import io.github.elevenspring.cache.CacheTier;
import io.github.elevenspring.cache.SpeechCache;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.template.ElevenLabsOperations;
import io.github.elevenspring.template.SpeechDefaults;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the cache of spoken answers. Without any tier, equal calls in
 * flight still share an answer.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = ElevenLabsAutoConfiguration.class)
@ConditionalOnBean(ElevenLabsConnectionDetails.class)
@ConditionalOnBooleanProperty(name = "elevenlabs.cache.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ ElevenLabsProperties.class, ElevenLabsCacheProperties.class,
		ElevenLabsFallbackProperties.class })
public final class ElevenLabsCacheAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SpeechCache elevenLabsSpeechCache(ObjectProvider<CacheTier> tiers, ElevenLabsCacheProperties cache,
			ElevenLabsFallbackProperties fallback, ElevenLabsConnectionDetails connection,
			ElevenLabsProperties properties) {
		ElevenLabsProperties.Defaults defaults = properties.defaults();
		return new SpeechCache(tiers.orderedStream().toList(), cache.toSettings(fallback),
				() -> connection.getBaseUrl().toString(),
				new SpeechDefaults(defaults.voiceId(), defaults.modelId(), defaults.outputFormat())::applyTo,
				Clock.systemUTC());
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(CallPipeline.ORDER_OF_CACHE)
	CacheStage elevenLabsCacheStage(SpeechCache cache) {
		return new CacheStage(cache, Schedulers.parallel());
	}

	@Bean
	@ConditionalOnMissingBean
	CacheMetrics elevenLabsCacheMetrics(SpeechCache cache) {
		return new CacheMetrics(cache);
	}

	@Bean
	@ConditionalOnBean(ElevenLabsOperations.class)
	CacheWarmUp elevenLabsCacheWarmUp(ElevenLabsOperations operations, ElevenLabsCacheProperties properties,
			SpeechCache cache) {
		List<ElevenLabsCacheProperties.Phrase> phrases = properties.warmUp();
		if (!phrases.isEmpty() && !cache.keepsAnswers()) {
			throw new InvalidConfigurationPropertyValueException("elevenlabs.cache.warm-up[0].text",
					phrases.get(0).text(), "What is spoken ahead needs a cache that keeps answers: add Caffeine or a"
							+ " second tier in Redis, or leave it out");
		}
		return new CacheWarmUp(operations.speech(), phrases);
	}

}
