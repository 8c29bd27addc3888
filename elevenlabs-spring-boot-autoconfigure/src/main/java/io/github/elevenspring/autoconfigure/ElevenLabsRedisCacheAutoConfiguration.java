package io.github.elevenspring.autoconfigure;

import io.github.elevenspring.cache.CacheTier;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.cache.Cache;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.data.redis.cache.BatchStrategies;
import org.springframework.data.redis.cache.RedisCacheConfiguration;
import org.springframework.data.redis.cache.RedisCacheManager;
import org.springframework.data.redis.cache.RedisCacheWriter;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.serializer.RedisSerializationContext.SerializationPair;
import org.springframework.util.Assert;

/**
 * Auto-configuration for a second tier in Redis, which all instances share.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = DataRedisAutoConfiguration.class, before = ElevenLabsCacheAutoConfiguration.class)
@ConditionalOnBooleanProperty(ElevenLabsRedisCacheAutoConfiguration.PROPERTY)
@ConditionalOnBooleanProperty(name = "elevenlabs.cache.enabled", matchIfMissing = true)
public final class ElevenLabsRedisCacheAutoConfiguration {

	static final String PROPERTY = "elevenlabs.cache.redis.enabled";

	/**
	 * Whoever asks for a shared cache must not pay for each instance in silence.
	 */
	@Bean
	@ConditionalOnMissingBean(name = "elevenLabsRedisCacheTier")
	CacheTier elevenLabsRedisCacheTier() {
		throw new InvalidConfigurationPropertyValueException(PROPERTY, true,
				"A second tier needs a RedisConnectionFactory: add spring-boot-starter-data-redis-reactive");
	}

	/**
	 * Shares the answers.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RedisConnectionFactory.class, RedisCacheManager.class })
	@ConditionalOnBean(RedisConnectionFactory.class)
	@EnableConfigurationProperties({ ElevenLabsCacheProperties.class, ElevenLabsFallbackProperties.class })
	static class SharingConfiguration {

		private static final int KEYS_AT_ONCE = 1000;

		@Bean
		@ConditionalOnMissingBean(name = "elevenLabsRedisCacheTier")
		@Order(1)
		CacheTier elevenLabsRedisCacheTier(RedisConnectionFactory connections, ElevenLabsCacheProperties properties,
				ElevenLabsFallbackProperties fallback) {
			RedisCacheConfiguration configuration = RedisCacheConfiguration.defaultCacheConfig()
				.prefixCacheNameWith(properties.redis().keyPrefix())
				.entryTtl(properties.toSettings(fallback).lifetime())
				.disableCachingNullValues()
				.serializeValuesWith(SerializationPair.byteArray());
			// KEYS, which clear would use, holds up everybody who shares this Redis, and
			// nobody hears of a deferred write that fails.
			RedisCacheWriter writer = RedisCacheWriter.create(connections,
					(commands) -> commands.batchStrategy(BatchStrategies.scan(KEYS_AT_ONCE)).immediateWrites());
			RedisCacheManager caches = RedisCacheManager.builder(writer).cacheDefaults(configuration).build();
			caches.afterPropertiesSet();
			Cache cache = caches.getCache(ElevenLabsCacheProperties.CACHE_NAME);
			Assert.state(cache != null, "Redis caches are made on demand");
			return CacheTier.remote(cache, properties.timeout(), Schedulers.parallel());
		}

	}

}
