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
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.util.Assert;

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
			FallbackMetrics metrics, ObjectProvider<CacheStage> cache) {
		Assert.state(!properties.chain().contains(Degradation.Kind.STALE_CACHE) || cache.stream().findAny().isPresent(),
				"'elevenlabs.fallback.chain' names 'stale-cache', but there is no cache: set elevenlabs.cache.enabled to"
						+ " true, or leave it out");
		List<SpeechFallback> ordered = engines.orderedStream().toList();
		Assert.state(!properties.chain().contains(Degradation.Kind.ENGINE) || !ordered.isEmpty(),
				"'elevenlabs.fallback.chain' names 'engine': declare a bean of type SpeechFallback, or leave it out");
		return new FallbackStage(properties.toSettings(), ordered, models, Schedulers.parallel(), (event) -> {
			metrics.count(event);
			events.publishEvent(event);
		});
	}

}
