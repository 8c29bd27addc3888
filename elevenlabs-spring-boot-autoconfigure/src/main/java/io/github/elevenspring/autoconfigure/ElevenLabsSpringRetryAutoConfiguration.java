package io.github.elevenspring.autoconfigure;

import io.github.elevenspring.client.ElevenLabsClient;
import io.github.elevenspring.resilience.ElevenLabsBackOffPolicy;
import io.github.elevenspring.resilience.ElevenLabsRetryPolicy;
import io.github.elevenspring.resilience.RetryRules;
import org.aopalliance.intercept.MethodInterceptor;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.retry.backoff.ThreadWaitSleeper;
import org.springframework.retry.interceptor.RetryInterceptorBuilder;
import org.springframework.retry.support.RetryTemplate;

/**
 * Auto-configuration for Spring Retry, for blocking code: a template and an interceptor
 * for {@code @Retryable(interceptor = "elevenLabsRetryInterceptor")} that repeat what the
 * pipeline repeats unless it has done so, and wait as long. Neither is a candidate for
 * injection by type alone.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = ElevenLabsRetryAutoConfiguration.class)
@ConditionalOnClass({ RetryTemplate.class, MethodInterceptor.class })
@ConditionalOnBean(ElevenLabsClient.class)
@EnableConfigurationProperties(ElevenLabsRetryProperties.class)
public final class ElevenLabsSpringRetryAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RetryRules elevenLabsRetryRules(ElevenLabsRetryProperties properties) {
		return new RetryRules(ResilienceDefaults.MAX_ATTEMPTS, ResilienceDefaults.backoff(),
				properties.retryTimeouts());
	}

	@Bean(defaultCandidate = false)
	@ConditionalOnMissingBean(name = "elevenLabsRetryTemplate")
	RetryTemplate elevenLabsRetryTemplate(RetryRules rules) {
		return RetryTemplate.builder()
			.customPolicy(new ElevenLabsRetryPolicy(rules))
			.customBackoff(new ElevenLabsBackOffPolicy(rules, new ThreadWaitSleeper()))
			.build();
	}

	@Bean(defaultCandidate = false)
	@ConditionalOnMissingBean(name = "elevenLabsRetryInterceptor")
	MethodInterceptor elevenLabsRetryInterceptor(@Qualifier("elevenLabsRetryTemplate") RetryTemplate template) {
		return RetryInterceptorBuilder.stateless().retryOperations(template).build();
	}

}
