package io.github.elevenspring.autoconfigure;

import java.util.List;

import io.github.elevenspring.cache.SpeechCache;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.fallback.FallbackMetrics;
import io.github.elevenspring.fallback.FallbackSettings;
import io.github.elevenspring.fallback.FallbackStage;
import io.github.elevenspring.fallback.SpeechDegradedEvent;
import io.github.elevenspring.fallback.SpeechFallback;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.catalog.ModelCatalog;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the fallback chain. There is no fallback unless
 * {@code elevenlabs.fallback.chain} names one, and none that nobody hears of: each is a
 * {@link SpeechDegradedEvent} and counts in {@code elevenlabs.fallbacks}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = ElevenLabsAutoConfiguration.class)
@ConditionalOnBean(ModelCatalog.class)
@EnableConfigurationProperties({ ElevenLabsFallbackProperties.class, ElevenLabsCacheProperties.class })
public final class ElevenLabsFallbackAutoConfiguration {

	private static final String CHAIN = "elevenlabs.fallback.chain";

	@Bean
	@ConditionalOnMissingBean
	FallbackMetrics elevenLabsFallbackMetrics(ElevenLabsFallbackProperties properties) {
		return new FallbackMetrics(properties.chain());
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(CallPipeline.ORDER_OF_FALLBACK)
	FallbackStage elevenLabsFallbackStage(ElevenLabsFallbackProperties properties,
			ElevenLabsCacheProperties cacheProperties, ObjectProvider<SpeechFallback> engines, ModelCatalog models,
			ApplicationEventPublisher events, FallbackMetrics metrics, ObjectProvider<SpeechCache> caches,
			Environment environment) {
		FallbackSettings settings = properties.toSettings(cacheProperties);
		if (settings.chain().contains(Degradation.Kind.STALE_CACHE)) {
			SpeechCache cache = caches.getIfAvailable();
			if (cache == null || !cache.keepsAnswers()) {
				throw invalidStep(Degradation.Kind.STALE_CACHE, properties, environment,
						"'stale-cache' needs a cache that keeps answers: add Caffeine or a second tier in Redis, or leave"
								+ " it out");
			}
			if (!cache.keepsOldAnswers()) {
				throw invalidStep(Degradation.Kind.STALE_CACHE, properties, environment,
						"'stale-cache' needs a cache that keeps old answers: set elevenlabs.cache.stale-ttl above zero, or"
								+ " leave it out");
			}
		}
		List<SpeechFallback> ordered = engines.orderedStream().toList();
		if (settings.chain().contains(Degradation.Kind.ENGINE) && ordered.isEmpty()) {
			throw invalidStep(Degradation.Kind.ENGINE, properties, environment,
					"'engine' needs a bean of type SpeechFallback: declare one, or leave it out");
		}
		return new FallbackStage(settings, ordered, models, Schedulers.parallel(), (event) -> {
			metrics.count(event);
			events.publishEvent(event);
		});
	}

	private static InvalidConfigurationPropertyValueException invalidStep(Degradation.Kind step,
			ElevenLabsFallbackProperties properties, Environment environment, String reason) {
		// A list in YAML is a property for each step and none for all.
		String name = environment.containsProperty(CHAIN) ? CHAIN
				: CHAIN + "[" + properties.chain().indexOf(step) + "]";
		return new InvalidConfigurationPropertyValueException(name, environment.getProperty(name), reason);
	}

}
