package io.github.elevenspring.autoconfigure;

import java.time.Duration;

import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.client.ElevenLabsClient;
import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.elevenspring.resilience.TransientErrors;
import io.github.elevenspring.resilience.RetryBudget;
import io.github.elevenspring.resilience.RetryMetrics;
import io.github.elevenspring.resilience.RetryRules;
import io.github.elevenspring.resilience.RetryStage;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import reactor.core.scheduler.Schedulers;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.annotation.RegisterReflection;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for retries on the core of Resilience4j, by the instance
 * {@code elevenlabs} of the application's registry, or of one of our own if there is
 * none.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = ElevenLabsAutoConfiguration.class)
@ConditionalOnClass(Retry.class)
@ConditionalOnBean(ElevenLabsClient.class)
@EnableConfigurationProperties(ElevenLabsRetryProperties.class)
@RegisterReflection(classes = TransientErrors.class, memberCategories = MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS)
public final class ElevenLabsRetryAutoConfiguration {

	@Bean(defaultCandidate = false)
	@ConditionalOnMissingBean(name = "elevenLabsRetry")
	Retry elevenLabsRetry(ObjectProvider<RetryRegistry> registry) {
		return registry.getIfAvailable(RetryRegistry::ofDefaults)
			.retry(ResilienceDefaults.RETRY, ElevenLabsRetryAutoConfiguration::defaults);
	}

	@Bean
	@ConditionalOnMissingBean
	RetryRules elevenLabsRetryRules(@Qualifier("elevenLabsRetry") Retry retry, ElevenLabsRetryProperties properties) {
		RetryConfig config = retry.getRetryConfig();
		return new RetryRules(config.getMaxAttempts(),
				(attempt, error) -> Duration
					.ofMillis(config.getIntervalBiFunction().apply(attempt, Either.left(error))),
				properties.retryTimeouts());
	}

	@Bean
	@ConditionalOnMissingBean
	RetryBudget elevenLabsRetryBudget(ElevenLabsRetryProperties properties) {
		return new RetryBudget(properties.budget().capacity(), properties.budget().deposit());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "elevenlabs.retry.enabled", matchIfMissing = true)
	@Order(CallPipeline.ORDER_OF_RETRY)
	RetryStage elevenLabsRetryStage(@Qualifier("elevenLabsRetry") Retry retry, RetryRules rules, RetryBudget budget,
			ObjectProvider<CircuitBreakers> breakers) {
		return new RetryStage(retry, rules, budget, breakers.getIfAvailable(), Schedulers.parallel());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(RetryStage.class)
	RetryMetrics elevenLabsRetryMetrics(RetryStage stage) {
		return new RetryMetrics(stage);
	}

	private static RetryConfig defaults() {
		return RetryConfig.custom()
			.maxAttempts(ResilienceDefaults.MAX_ATTEMPTS)
			.intervalFunction(IntervalFunction.ofExponentialBackoff(ResilienceDefaults.FIRST_WAIT,
					ResilienceDefaults.MULTIPLIER, ResilienceDefaults.LONGEST_WAIT))
			.retryOnException(new TransientErrors())
			.build();
	}

}
