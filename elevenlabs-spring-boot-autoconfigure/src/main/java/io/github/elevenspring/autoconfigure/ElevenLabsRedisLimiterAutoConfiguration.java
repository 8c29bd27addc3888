package io.github.elevenspring.autoconfigure;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.RedisConcurrencyLimiters;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.lettuce.core.resource.Delay;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

/**
 * Auto-configuration for limits that all instances share through Redis.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { DataRedisReactiveAutoConfiguration.class, ElevenLabsAutoConfiguration.class },
		before = ElevenLabsLimiterAutoConfiguration.class)
@ConditionalOnBean(ModelCatalog.class)
@ConditionalOnBooleanProperty(name = "elevenlabs.limiter.enabled", matchIfMissing = true)
@ConditionalOnProperty(name = ElevenLabsRedisLimiterAutoConfiguration.PROPERTY, havingValue = "redis")
public final class ElevenLabsRedisLimiterAutoConfiguration {

	static final String PROPERTY = "elevenlabs.limiter.distributed";

	/**
	 * Whoever asks for shared limits must not get limits of its own in silence: several
	 * instances together would exceed the plan.
	 */
	@Bean
	@ConditionalOnMissingBean
	ConcurrencyLimits elevenLabsConcurrencyLimits() {
		throw new InvalidConfigurationPropertyValueException(PROPERTY, "redis",
				"Sharing limits needs a ReactiveStringRedisTemplate: add spring-boot-starter-data-redis-reactive");
	}

	/**
	 * Shares the limits.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ReactiveStringRedisTemplate.class, ClientResourcesBuilderCustomizer.class })
	@ConditionalOnBean(ReactiveStringRedisTemplate.class)
	@EnableConfigurationProperties({ ElevenLabsProperties.class, ElevenLabsRedisLimiterProperties.class })
	@ImportRuntimeHints(ScriptHints.class)
	static class SharingConfiguration {

		@Bean
		@ConditionalOnMissingBean
		RedisConcurrencyLimiters elevenLabsRedisConcurrencyLimiters(ReactiveStringRedisTemplate template,
				ElevenLabsRedisLimiterProperties properties) {
			return new RedisConcurrencyLimiters(template, properties.toSettings(), Schedulers.parallel());
		}

		@Bean
		@ConditionalOnMissingBean
		ConcurrencyLimits elevenLabsSharedConcurrencyLimits(RedisConcurrencyLimiters redis,
				ElevenLabsProperties properties) {
			ElevenLabsProperties.Limiter limiter = properties.limiter();
			return redis.limits(properties.plan(), limiter.limits(), limiter.toSettings());
		}

		@Bean
		RedisLimiterLifecycle elevenLabsRedisLimiterLifecycle(RedisConcurrencyLimiters redis) {
			return new RedisLimiterLifecycle(redis);
		}

	}

	/**
	 * Lettuce waits up to 30 seconds between two attempts to connect again.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Delay.class, ClientResourcesBuilderCustomizer.class })
	static class LettuceConfiguration {

		private static final Duration LONGEST_DELAY = Duration.ofSeconds(1);

		@Bean
		ClientResourcesBuilderCustomizer elevenLabsReconnectCustomizer() {
			return (resources) -> resources
				.reconnectDelay(Delay.exponential(Duration.ZERO, LONGEST_DELAY, 2, TimeUnit.MILLISECONDS));
		}

	}

	/**
	 * The script is a resource of its own.
	 */
	static class ScriptHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern("io/github/elevenspring/limiter/limiter.lua");
		}

	}

}
