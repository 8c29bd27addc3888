package io.github.elevenspring.autoconfigure;

import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.template.ElevenLabsOperations;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the concurrency limiter: calls never exceed what the plan allows
 * at once, and wait in a fair priority queue.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = ElevenLabsAutoConfiguration.class)
@ConditionalOnBean(ModelCatalog.class)
@ConditionalOnBooleanProperty(name = "elevenlabs.limiter.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ElevenLabsProperties.class)
public final class ElevenLabsLimiterAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ConcurrencyLimits elevenLabsConcurrencyLimits(ElevenLabsProperties properties) {
		ElevenLabsProperties.Limiter limiter = properties.limiter();
		return new ConcurrencyLimits(properties.plan(), limiter.limits(), limiter.toSettings(), Schedulers.parallel());
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(CallPipeline.ORDER_OF_LIMITER)
	LimiterStage elevenLabsLimiterStage(ConcurrencyLimits limits, ModelCatalog models) {
		return new LimiterStage(limits, models);
	}

	@Bean
	LimiterShutdown elevenLabsLimiterShutdown(ConcurrencyLimits limits, ElevenLabsProperties properties) {
		return new LimiterShutdown(limits, properties.limiter().drainTimeout());
	}

	@Bean
	@ConditionalOnBean(ElevenLabsOperations.class)
	PlanDetection elevenLabsPlanDetection(ElevenLabsOperations operations, ElevenLabsConnectionDetails connection,
			ConcurrencyLimits limits, ElevenLabsProperties properties) {
		return new PlanDetection(operations, connection, limits, properties);
	}

}
