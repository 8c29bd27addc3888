package io.github.elevenspring.autoconfigure;

import java.util.List;

import io.github.elevenspring.cache.CacheStage;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.fallback.FallbackMetrics;
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
@EnableConfigurationProperties(ElevenLabsFallbackProperties.class)
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
			ObjectProvider<SpeechFallback> engines, ModelCatalog models, ApplicationEventPublisher events,
			FallbackMetrics metrics, ObjectProvider<CacheStage> cache, Environment environment) {
		List<Degradation.Kind> chain = properties.chain();
		if (chain.contains(Degradation.Kind.STALE_CACHE) && cache.stream().findAny().isEmpty()) {
			throw invalidStep(chain.indexOf(Degradation.Kind.STALE_CACHE), environment,
					"'stale-cache' needs a cache: set elevenlabs.cache.enabled to true, or leave it out");
		}
		List<SpeechFallback> ordered = engines.orderedStream().toList();
		if (chain.contains(Degradation.Kind.ENGINE) && ordered.isEmpty()) {
			throw invalidStep(chain.indexOf(Degradation.Kind.ENGINE), environment,
					"'engine' needs a bean of type SpeechFallback: declare one, or leave it out");
		}
		return new FallbackStage(properties.toSettings(), ordered, models, Schedulers.parallel(), (event) -> {
			metrics.count(event);
			events.publishEvent(event);
		});
	}

	private static InvalidConfigurationPropertyValueException invalidStep(int index, Environment environment,
			String reason) {
		// A list in YAML is a property for each step and none for all.
		String name = environment.containsProperty(CHAIN) ? CHAIN : CHAIN + "[" + index + "]";
		return new InvalidConfigurationPropertyValueException(name, environment.getProperty(name), reason);
	}

}
