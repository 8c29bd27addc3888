package io.github.elevenspring.autoconfigure;

import io.github.elevenspring.cache.CacheTier;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.cache.Cache;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.data.redis.cache.RedisCacheConfiguration;
import org.springframework.data.redis.cache.RedisCacheManager;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.serializer.RedisSerializationContext.SerializationPair;
import org.springframework.util.Assert;

/**
 * Auto-configuration for a second tier in Redis, which all instances share.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = DataRedisAutoConfiguration.class, before = ElevenLabsCacheAutoConfiguration.class)
@ConditionalOnClass({ RedisConnectionFactory.class, RedisCacheManager.class })
@ConditionalOnBean(RedisConnectionFactory.class)
@ConditionalOnBooleanProperty(name = "elevenlabs.cache.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty("elevenlabs.cache.redis.enabled")
@EnableConfigurationProperties({ ElevenLabsCacheProperties.class, ElevenLabsFallbackProperties.class })
public final class ElevenLabsRedisCacheAutoConfiguration {

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
		RedisCacheManager caches = RedisCacheManager.builder(connections).cacheDefaults(configuration).build();
		caches.afterPropertiesSet();
		Cache cache = caches.getCache(ElevenLabsCacheProperties.CACHE_NAME);
		Assert.state(cache != null, "Redis caches are made on demand");
		return CacheTier.remote(cache, properties.timeout(), Schedulers.parallel());
	}

}
